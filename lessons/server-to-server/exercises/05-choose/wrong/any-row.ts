// Wrong: rows that say the same of all ways.
// Told: ward: “Compression” does not decide it

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  ward: {
    take: ['sse', 'request'],
    rows: ['resumes', 'compression'],
    fault: 'buffer=size:64kB',
  },
});
