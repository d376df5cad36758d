// Wrong: the news have a way, the nurse has none.
// Told: ward: not all of it is said

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  ward: {
    take: ['sse'],
    rows: ['resumes', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },
});
