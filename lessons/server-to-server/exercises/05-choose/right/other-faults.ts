// Right, and different: a line that is down, or silent.

export const choices = () => ({
  lottery: {
    take: ['poll'],
    rows: ['idle-client', 'passes-caches'],
    fault: 'down',
  },
  ward: {
    take: ['sse', 'request'],
    rows: ['resumes', 'survives-a-cut'],
    fault: 'buffer=size:64kB',
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
  court: {
    take: ['long-poll'],
    rows: ['buffering-proxy', 'application-protocol'],
    fault: 'latency=delay:1s',
  },
});
