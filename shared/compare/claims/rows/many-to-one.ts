import { claim, type ClaimRow, type Seen } from '../claim.ts';

const connections = (seen: readonly Seen[]) =>
  new Set(seen.map(({ connection }) => connection)).size;

const word = (opened: number) =>
  opened === 8 ? 'all eight' : opened === 6 ? 'six' : `${opened}`;
const found = (opened: number, seen: readonly Seen[]) => ({
  word: word(opened),
  evidence: `of eight ${opened} began, on ${connections(seen)} ${connections(seen) === 1 ? 'connection' : 'connections'}`,
});

/** Of eight to one origin that do not end, how many begin? */
export const manyToOne: ClaimRow = {
  id: 'many-to-one',
  title: 'Many to one origin',
  question: 'Of eight at once to one origin, how many begin?',
  claims: [
    claim({
      column: 'xhr',
      today: 'six',
      todayOverHttp2: 'all eight',
      sentence:
        'Over HTTP/1.1 all three browsers open six connections to an origin, and further requests wait without an error. Over HTTP/2 all share one connection, up to the server’s limit of streams, often 100 (RFC 9113, 5.1.2, stream concurrency).',
      async inPage({ origin }, { eightBegun }) {
        let opened = 0;
        const requests = Array.from({ length: 8 }, (_, index) => {
          const request = new XMLHttpRequest();
          // Each has its own URL: otherwise the browser’s cache lets them wait.
          request.open('GET', `${origin}/events?${index}`);
          request.onreadystatechange = () => {
            if (request.readyState === XMLHttpRequest.HEADERS_RECEIVED)
              opened += 1;
          };
          request.send();
          return request;
        });
        await eightBegun(() => opened);
        for (const request of requests) request.abort();
        return opened;
      },
      judge: found,
    }),
    claim({
      column: 'fetch',
      today: 'six',
      todayOverHttp2: 'all eight',
      sentence: 'As with XMLHttpRequest.',
      async inPage({ origin }, { eightBegun }) {
        let opened = 0;
        const abort = new AbortController();
        const { signal } = abort;
        for (let index = 0; index < 8; index += 1)
          fetch(`${origin}/events?${index}`, { signal }).then(
            () => (opened += 1),
            () => {},
          );
        await eightBegun(() => opened);
        const before = opened;
        abort.abort();
        return before;
      },
      judge: found,
    }),
    claim({
      column: 'sse',
      today: 'six',
      todayOverHttp2: 'all eight',
      sentence:
        'Each open event stream occupies one of the browser’s six connections of HTTP/1.1: the seventh tab hangs. Over HTTP/2 the server’s limit of streams takes its place, often 100.',
      async inPage({ origin }, { eightBegun }) {
        let opened = 0;
        const sources = Array.from({ length: 8 }, () => {
          const source = new EventSource(`${origin}/events`);
          source.onopen = () => (opened += 1);
          return source;
        });
        await eightBegun(() => opened);
        // The last first: those that wait would take a place that becomes free.
        for (const source of sources.toReversed()) source.close();
        return opened;
      },
      judge: found,
    }),
    claim({
      column: 'websocket',
      today: 'all eight',
      sentence:
        'WebSockets are counted apart from the six. Of 300 to one host Chromium 156 opened 255, Firefox ESR 153 200, and WebKitGTK 2.50 199.',
      async inPage({ origin }, { eightBegun }) {
        let opened = 0;
        const sockets = Array.from({ length: 8 }, () => {
          const socket = new WebSocket(`${origin}/socket`);
          socket.onopen = () => (opened += 1);
          return socket;
        });
        await eightBegun(() => opened);
        for (const socket of sockets) socket.close();
        return opened;
      },
      judge: found,
    }),
  ],
};
