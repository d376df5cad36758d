import {
  atPage,
  atServer,
  claim,
  keepsNothing,
  requestsIn,
  type ClaimRow,
  type Found,
  type Seen,
} from '../claim.ts';

/** Varnish as it is; only WebSockets need lines, and a cookie would pass it. */
const lines = `vcl 4.1;

sub vcl_recv {
  if (req.http.Upgrade ~ "(?i)websocket") {
    return (pipe);
  }
  # Other claims have set cookies for this host: with one, it keeps nothing.
  unset req.http.Cookie;
}

sub vcl_pipe {
  if (req.http.Upgrade) {
    set bereq.http.Upgrade = req.http.Upgrade;
    set bereq.http.Connection = req.http.Connection;
  }
}
`;

/** How many requests left the page, and how many reached the server. */
const countOf = (seen: readonly Seen[], path: string) => ({
  sent: requestsIn(atPage(seen), path).length,
  come: requestsIn(atServer(seen), path).length,
});

/** Whether the browser's own cache responded to two of six, a shared one to three. */
function fromCaches(shown: string, seen: readonly Seen[]): Found {
  const { sent, come } = countOf(seen, '/kept');
  const evidence = `${shown}: ${sent} left the browser, ${come} reached the server`;
  if (sent === 6) return keepsNothing(evidence);
  return { word: sent === 4 && come === 1 ? 'yes' : 'no', evidence };
}

/** Can something between page and server respond in the server's place? */
export const passesCaches: ClaimRow = {
  id: 'passes-caches',
  title: 'Responses from caches',
  question: 'Can a cache respond in the server’s place?',
  behind: { name: 'varnish', lines },
  claims: [
    claim({
      column: 'xhr',
      today: 'yes',
      sentence:
        'As long as a response is fresh, the browser’s own cache responds; and a shared cache, in a proxy or a CDN, does the same for many readers.',
      async inPage({ origin }, { xhr }) {
        for (let times = 0; times < 3; times += 1) await xhr(`${origin}/kept`);
        // A condition of the page's own is for a cache behind the browser's.
        for (let times = 0; times < 3; times += 1)
          await xhr(`${origin}/kept`, (request) =>
            request.setRequestHeader('If-None-Match', '"another"'),
          );
      },
      judge: (_result, seen) =>
        fromCaches('three requests and three with If-None-Match', seen),
    }),
    claim({
      column: 'fetch',
      today: 'yes',
      sentence:
        'As with XMLHttpRequest. The option cache lets the page choose, but only for the browser’s own: with “reload” the request leaves the browser, and a shared cache may still respond. A poll with an ETag costs a 304 and no body. Of long polls for the same id, Varnish sends one to the server if the response may be stored.',
      async inPage({ origin }) {
        for (const cache of ['default', 'reload'] as const)
          for (let times = 0; times < 3; times += 1)
            await (await fetch(`${origin}/kept`, { cache })).text();
      },
      judge: (_result, seen) =>
        fromCaches('three requests and three with “reload”', seen),
    }),
    claim({
      column: 'sse',
      today: 'a shared one may',
      sentence:
        'The browser cannot store a response that has not ended: each EventSource sends a request of its own. A shared cache may give many readers one stream from the server, as Varnish does unless Cache-Control says no-cache; late readers then get all that was sent before. Fastly can do so, too (request collapsing, streaming miss).',
      async inPage({ origin }, { nextMessage }) {
        const atOnce: number[] = [];
        for (const path of ['/events', '/events?no-cache']) {
          const sources: EventSource[] = [];
          for (let reader = 1; reader <= 3; reader += 1) {
            const source = new EventSource(`${origin}${path}`);
            sources.push(source);
            await nextMessage(source);
            let more = 1;
            source.onmessage = () => (more += 1);
            // The next one comes when others have been sent.
            if (reader === 1) await nextMessage(source, 5);
            else await new Promise((done) => setTimeout(done, 30));
            if (reader === 3) atOnce.push(more);
          }
          for (const source of sources) source.close();
        }
        return atOnce;
      },
      judge([late, own]: number[], seen) {
        const all = countOf(seen, '/events');
        const alone = countOf(seen, '/events?no-cache').come;
        const shared = all.come - alone;
        const isShared = shared === 1 && alone === 3 && late! > 4;
        return {
          word:
            all.sent === 6 && isShared
              ? 'a shared one may'
              : all.come === 6
                ? 'no'
                : 'yes',
          evidence: `of three event streams ${shared} reached the server, and the third reader got ${late} events at once; of three with no-cache ${alone}, and the third got ${own}`,
        };
      },
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
        const { come } = countOf(seen, '/socket');
        return {
          word: come === 3 ? 'no' : 'yes',
          evidence: `three sockets in the page, ${come} handshakes reached the server`,
        };
      },
    }),
  ],
};
