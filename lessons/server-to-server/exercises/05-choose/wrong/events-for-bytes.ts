// Wrong: event streams for positions that go both ways.
// Told: tennis: sse is ruled out

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
    take: ['sse', 'request'],
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
