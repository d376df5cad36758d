// Right, and different: a line that is down, or silent.

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  lottery: {
    take: ['poll'],
    rows: ['idle-client', 'passes-caches'],
    fault: 'down',
  },
  tennis: {
    take: ['websocket'],
    rows: ['framing', 'speaks-first'],
    fault: 'silence=after:200ms',
  },
  translator: {
    take: ['stream'],
    rows: ['survives-a-cut', 'response-streaming'],
    fault: 'latency=delay:3s',
  },
});
