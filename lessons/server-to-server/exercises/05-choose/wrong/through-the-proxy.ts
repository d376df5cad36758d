// Wrong: a stream through a proxy that waits for its end.
// Told: court: stream is ruled out

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  court: {
    take: ['stream'],
    rows: ['buffering-proxy', 'response-streaming'],
    fault: 'latency=delay:1s',
  },
});
