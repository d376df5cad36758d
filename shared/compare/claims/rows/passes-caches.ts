import {
  claim,
  keepsNothing,
  requestsIn,
  type ClaimRow,
  type Found,
  type Seen,
} from '../claim.ts';

const sent = (seen: readonly Seen[]) => requestsIn(seen).length;

/** Whether the browser's own cache responded to all but so many requests. */
function fromCache(shown: string, wire: number, least: number): Found {
  const evidence = `${shown}, ${wire} on the wire`;
  if (wire === least + 2) return keepsNothing(evidence);
  return { word: wire === least ? 'yes' : 'no', evidence };
}

/** Can something between page and server respond in the server's place? */
export const passesCaches: ClaimRow = {
  id: 'passes-caches',
  title: 'Responses from caches',
  question: 'Can a cache respond in the server’s place?',
  claims: [
    claim({
      column: 'xhr',
      today: 'yes',
      sentence:
        'As long as a response is fresh, the browser’s own cache responds, as this run shows. A shared cache, in a proxy or a CDN, does the same for many readers.',
      async inPage({ origin }, { xhr }) {
        for (let times = 0; times < 3; times += 1) await xhr(`${origin}/kept`);
      },
      judge: (_result, seen) =>
        fromCache('three requests in the page', sent(seen), 1),
    }),
    claim({
      column: 'fetch',
      today: 'yes',
      sentence:
        'As with XMLHttpRequest. The option cache lets the page choose: with “reload” the request goes to the server.',
      async inPage({ origin }) {
        for (let times = 0; times < 3; times += 1)
          await (await fetch(`${origin}/kept`)).text();
        await (await fetch(`${origin}/kept`, { cache: 'reload' })).text();
      },
      judge: (_result, seen) =>
        fromCache(
          'three requests in the page and one with “reload”',
          sent(seen),
          2,
        ),
    }),
    claim({
      column: 'sse',
      today: 'no',
      sentence:
        'The browser cannot store a response that has not ended: each EventSource sends a request of its own. Some CDNs let many readers share one stream from the server, Fastly for example (request collapsing, streaming miss).',
      async inPage({ origin }, { nextMessage }) {
        for (let times = 0; times < 3; times += 1) {
          const source = new EventSource(`${origin}/events`);
          await nextMessage(source);
          source.close();
        }
      },
      judge: (_result, seen) => ({
        word: sent(seen) === 3 ? 'no' : 'yes',
        evidence: `three event streams in the page, ${sent(seen)} requests on the wire`,
      }),
    }),
    claim({
      column: 'websocket',
      today: 'no',
      sentence:
        'HTTP’s rules for caches end at the handshake: no cache knows what a message means.',
      async inPage({ origin }, { nextMessage }) {
        for (let times = 0; times < 3; times += 1) {
          const socket = new WebSocket(`${origin}/socket`);
          await nextMessage(socket);
          socket.close();
        }
      },
      judge(_result, seen) {
        const handshakes = requestsIn(seen, '/socket').length;
        return {
          word: handshakes === 3 ? 'no' : 'yes',
          evidence: `three sockets in the page, ${handshakes} handshakes on the wire`,
        };
      },
    }),
  ],
};
