// Wrong: event streams for positions that go both ways.
// Told: tennis: sse is ruled out

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  tennis: {
    take: ['sse', 'request'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:1s',
  },
});
