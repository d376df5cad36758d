// Right, and different: other rows of those that decide, and the ways in another order.

import { choices as ours } from '../solution.ts';

export const choices = () => ({
  ...ours(),
  ward: {
    take: ['request', 'sse'],
    rows: ['speaks-first', 'survives-a-cut'],
    fault: 'latency=delay:2s',
  },
  court: {
    take: ['long-poll'],
    rows: ['speaks-first', 'buffering-proxy'],
    fault: 'down',
  },
});
