import {
  claim,
  ofKind,
  requestsIn,
  type ClaimRow,
  type Seen,
} from '../claim.ts';

const firstUnit = (seen: readonly Seen[]) =>
  ofKind(seen, /request headers|http\/2 HEADERS|websocket text|^event$/)[0];

const whoBegins = (_result: unknown, seen: readonly Seen[]) => ({
  word: firstUnit(seen)?.direction === 'up' ? 'the page' : 'the server',
  evidence: `first on the wire: ${firstUnit(seen)?.summary}`,
});

/** Who may speak first, once there is a connection? */
export const speaksFirst: ClaimRow = {
  id: 'speaks-first',
  title: 'Who may speak first',
  question: 'Who may speak first?',
  claims: [
    claim({
      column: 'xhr',
      today: 'the page',
      sentence:
        'Each response belongs to a request. A server with news must wait for one.',
      inPage: ({ origin }, { xhr }) => xhr(`${origin}/bytes`).then(() => {}),
      judge: whoBegins,
    }),
    claim({
      column: 'fetch',
      today: 'the page',
      sentence: 'As with XMLHttpRequest.',
      async inPage({ origin }) {
        await (await fetch(`${origin}/bytes`)).arrayBuffer();
      },
      judge: whoBegins,
    }),
    claim({
      column: 'sse',
      today: 'the server, after a request',
      sentence:
        'After one request the server sends whenever it likes. To send something itself, the page needs another request.',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events`);
        await nextMessage(source, 3);
        source.close();
      },
      judge(_result, seen) {
        const requests = requestsIn(seen, '/events').length;
        const events = ofKind(seen, /^event$/).length;
        return {
          word: events > requests ? 'the server, after a request' : 'the page',
          evidence: `${requests} request, ${events} events`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'both',
      sentence:
        'After the handshake there are no requests and responses: both sides send whenever they like.',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/socket`);
        await nextMessage(socket);
        socket.send('from the page');
        await nextMessage(socket);
        socket.close();
      },
      judge(_result, seen) {
        const [first, second] = ofKind(seen, /websocket text/);
        const isBoth =
          first?.direction === 'down' && second?.direction === 'up';
        return {
          word: isBoth ? 'both' : 'the page',
          evidence: `the first message ${first?.direction}, the second ${second?.direction}`,
        };
      },
    }),
  ],
};
