import { claim, type ClaimRow, type Seen } from '../claim.ts';

const connections = (seen: readonly Seen[]) =>
  new Set(seen.map(({ connection }) => connection)).size;

const word = (opened: number) =>
  opened === 8 ? 'all eight' : opened === 6 ? 'six' : `${opened}`;
const found = (opened: number, seen: readonly Seen[]) => ({
  word: word(opened),
  evidence: `of eight ${opened} began, on ${connections(seen)} connections`,
});

/** Of eight to one origin that do not end, how many begin? */
export const manyToOne: ClaimRow = {
  id: 'many-to-one',
  title: 'Many to one origin',
  claims: [
    claim({
      column: 'xhr',
      today: 'six',
      todayOverHttp2: 'all eight',
      sentence:
        'Over HTTP/1.1 a browser opens six connections to an origin; what comes then waits, without an error. Over HTTP/2 all share one.',
      async inPage({ origin }, { eight }) {
        let opened = 0;
        const asked = Array.from({ length: 8 }, (_, index) => {
          const request = new XMLHttpRequest();
          // Each another URL: the browser would let them wait for one another.
          request.open('GET', `${origin}/events?${index}`);
          request.onreadystatechange = () => {
            if (request.readyState === XMLHttpRequest.HEADERS_RECEIVED)
              opened += 1;
          };
          request.send();
          return request;
        });
        await eight(() => opened);
        for (const request of asked) request.abort();
        return opened;
      },
      judge: found,
    }),
    claim({
      column: 'fetch',
      today: 'six',
      todayOverHttp2: 'all eight',
      sentence: 'The same six.',
      async inPage({ origin }, { eight }) {
        let opened = 0;
        const abort = new AbortController();
        const { signal } = abort;
        for (let index = 0; index < 8; index += 1)
          fetch(`${origin}/events?${index}`, { signal }).then(
            () => (opened += 1),
            () => {},
          );
        await eight(() => opened);
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
        'The six connections of HTTP/1.1 are held for as long as somebody listens: the seventh tab hangs.',
      async inPage({ origin }, { eight }) {
        let opened = 0;
        const sources = Array.from({ length: 8 }, () => {
          const source = new EventSource(`${origin}/events`);
          source.onopen = () => (opened += 1);
          return source;
        });
        await eight(() => opened);
        for (const source of sources) source.close();
        return opened;
      },
      judge: found,
    }),
    claim({
      column: 'websocket',
      today: 'all eight',
      sentence: 'WebSockets are counted apart, and there may be hundreds.',
      async inPage({ origin }, { eight }) {
        let opened = 0;
        const sockets = Array.from({ length: 8 }, () => {
          const socket = new WebSocket(`${origin}/socket`);
          socket.onopen = () => (opened += 1);
          return socket;
        });
        await eight(() => opened);
        for (const socket of sockets) socket.close();
        return opened;
      },
      judge: found,
    }),
  ],
};
