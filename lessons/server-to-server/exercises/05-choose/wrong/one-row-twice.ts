// Wrong: the same row, twice.
// Told: tennis: two rows are wanted

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  tennis: {
    take: ['websocket'],
    rows: ['framing', 'framing'],
    fault: 'latency=delay:1s',
  },
});
