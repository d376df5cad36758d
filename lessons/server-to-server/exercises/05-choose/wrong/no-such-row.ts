// Wrong: a row by a name of one’s own.
// Told: lottery: the table has no row "caching"

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  lottery: {
    take: ['poll'],
    rows: ['caching', 'idle-client'],
    fault: 'latency=delay:1s',
  },
});
