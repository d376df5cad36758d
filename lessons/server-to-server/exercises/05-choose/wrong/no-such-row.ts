// Wrong: a row by a name of one’s own.
// Told: lottery: the table has no row "caching"

export const choices = () => ({
  lottery: {
    take: ['poll'],
    rows: ['caching', 'idle-client'],
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
