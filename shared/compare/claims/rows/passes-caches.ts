import { claim, requestsIn, type ClaimRow, type Seen } from '../claim.ts';

const asked = (seen: readonly Seen[]) => requestsIn(seen).length;

const fromCache = (_told: unknown, seen: readonly Seen[]) => ({
  word: asked(seen) === 1 ? 'yes' : 'no',
  evidence: `three questions in the page, ${asked(seen)} on the wire`,
});

/** Can something on the way answer in the server's place? */
export const passesCaches: ClaimRow = {
  id: 'passes-caches',
  title: 'Answers from caches',
  claims: [
    claim({
      column: 'xhr',
      today: 'yes',
      sentence:
        'The browser’s own, a proxy’s, a CDN’s: what may be kept is asked for once.',
      async inPage({ origin }, { xhr }) {
        for (let times = 0; times < 3; times += 1) await xhr(`${origin}/kept`);
      },
      judge: fromCache,
    }),
    claim({
      column: 'fetch',
      today: 'yes',
      sentence: 'The same, and the page may choose by its option cache.',
      async inPage({ origin }) {
        for (let times = 0; times < 3; times += 1)
          await (await fetch(`${origin}/kept`)).text();
      },
      judge: fromCache,
    }),
    claim({
      column: 'sse',
      today: 'no',
      sentence:
        'An answer without end cannot be kept: each reader has one of its own.',
      async inPage({ origin }, { heard }) {
        for (let times = 0; times < 3; times += 1) {
          const source = new EventSource(`${origin}/events`);
          await heard(source);
          source.close();
        }
      },
      judge: (_told, seen) => ({
        word: asked(seen) === 3 ? 'no' : 'yes',
        evidence: `three streams in the page, ${asked(seen)} questions on the wire`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'no',
      sentence:
        'What a frame means is between page and server. Nobody else can answer.',
      async inPage({ origin }, { heard }) {
        for (let times = 0; times < 3; times += 1) {
          const socket = new WebSocket(`${origin}/socket`);
          await heard(socket);
          socket.close();
        }
      },
      judge(_told, seen) {
        const shaken = requestsIn(seen, '/socket').length;
        return {
          word: shaken === 3 ? 'no' : 'yes',
          evidence: `three sockets in the page, ${shaken} handshakes on the wire`,
        };
      },
    }),
  ],
};
