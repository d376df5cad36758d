// Wrong: a fault that there is not.
// Told: lottery: “thunder=loud:1s” is no fault

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  lottery: {
    take: ['poll'],
    rows: ['passes-caches', 'idle-client'],
    fault: 'thunder=loud:1s',
  },
});
