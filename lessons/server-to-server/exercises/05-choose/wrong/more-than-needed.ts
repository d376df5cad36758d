// Wrong: a socket where an event stream does.
// Told: ward: websocket would do, and more than is needed

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  ward: {
    take: ['websocket'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:1s',
  },
});
