// Right, and different: other rows of those that decide, and the ways in another order.

export const choices = () => ({
  lottery: {
    take: ['poll'],
    rows: ['passes-caches', 'idle-client'],
    fault: 'latency=delay:1s',
  },
  ward: {
    take: ['request', 'sse'],
    rows: ['speaks-first', 'survives-a-cut'],
    fault: 'latency=delay:2s',
  },
  tennis: {
    take: ['websocket'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:1s',
  },
  translator: {
    take: ['stream'],
    rows: ['response-streaming', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },
  court: {
    take: ['long-poll'],
    rows: ['speaks-first', 'buffering-proxy'],
    fault: 'down',
  },
});
