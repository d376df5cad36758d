// Wrong: a fault that the protocol does not notice.
// Told: tennis: that does not hurt it

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  tennis: {
    take: ['websocket'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:20ms',
  },
});
