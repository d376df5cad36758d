// Wrong: the news have a way, the nurse has none.
// Told: ward: not all of it is said

export const choices = () => ({
  lottery: {
    take: ['poll'],
    rows: ['passes-caches', 'idle-client'],
    fault: 'latency=delay:1s',
  },
  ward: {
    take: ['sse'],
    rows: ['resumes', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
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
    rows: ['buffering-proxy', 'application-protocol'],
    fault: 'latency=delay:1s',
  },
});
