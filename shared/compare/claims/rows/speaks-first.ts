import {
  claim,
  ofKind,
  requestsIn,
  type ClaimRow,
  type Seen,
} from '../claim.ts';

const firstWord = (seen: readonly Seen[]) =>
  ofKind(seen, /request headers|http\/2 HEADERS|websocket text|^event$/)[0];

const whoBegins = (_told: unknown, seen: readonly Seen[]) => ({
  word: firstWord(seen)?.direction === 'up' ? 'the page' : 'the server',
  evidence: `first of all: ${firstWord(seen)?.summary}`,
});

/** Who may speak first, once there is a connection? */
export const speaksFirst: ClaimRow = {
  id: 'speaks-first',
  title: 'Who may speak first',
  claims: [
    claim({
      column: 'xhr',
      today: 'the page',
      sentence:
        'Each answer needs a question. Whoever has news must wait to be asked.',
      inPage: ({ origin }, { xhr }) => xhr(`${origin}/bytes`).then(() => {}),
      judge: whoBegins,
    }),
    claim({
      column: 'fetch',
      today: 'the page',
      sentence: 'The same.',
      async inPage({ origin }) {
        await (await fetch(`${origin}/bytes`)).arrayBuffer();
      },
      judge: whoBegins,
    }),
    claim({
      column: 'sse',
      today: 'the server, once asked',
      sentence:
        'One question, and from then on the server speaks when it likes. The page needs another request to say something.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events`);
        await heard(source, 3);
        source.close();
      },
      judge(_told, seen) {
        const asked = requestsIn(seen, '/events').length;
        const events = ofKind(seen, /^event$/).length;
        return {
          word: events > asked ? 'the server, once asked' : 'the page',
          evidence: `${asked} question, ${events} events`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'both',
      sentence:
        'After the handshake there are no questions and answers, only what each says.',
      async inPage({ origin }, { heard }) {
        const socket = new WebSocket(`${origin}/socket`);
        await heard(socket);
        socket.send('and I');
        await heard(socket);
        socket.close();
      },
      judge(_told, seen) {
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
