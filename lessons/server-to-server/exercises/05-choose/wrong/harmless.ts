// Wrong: a fault that the protocol does not notice.
// Told: tennis: that does not hurt it

export const choices = () => ({
  lottery: {
    take: ['poll'],
    rows: ['passes-caches', 'idle-client'],
    fault: 'latency=delay:1s',
  },
  ward: {
    take: ['sse', 'request'],
    rows: ['resumes', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },
  tennis: {
    take: ['websocket'],
    rows: ['speaks-first', 'framing'],
    fault: 'latency=delay:20ms',
  },
  translator: {
    take: ['stream'],
    rows: ['response-streaming', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
  },
  court: {
    take: ['long-poll'],
    rows: ['buffering-proxy', 'application-protocol'],
    fault: 'latency=delay:1s',
  },
});
