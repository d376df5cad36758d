import {
  responsesIn,
  claim,
  keepsNothing,
  ofKind,
  requestsIn,
  type ClaimRow,
  type Found,
  type Seen,
} from '../claim.ts';

const unchanged = (seen: readonly Seen[]) => responsesIn(seen, 304).length;

/** Whether the 304 that was on the wire was kept from the page. */
function hides304(statuses: number[], seen: readonly Seen[]): Found {
  const revalidated = unchanged(seen);
  const shown = `the page got ${statuses.join(' and ')}; on the wire ${revalidated} × 304`;
  if (revalidated === 0 && requestsIn(seen, '/state').length === 2)
    return keepsNothing(shown);
  const hides = revalidated === 1 && statuses[1] === 200;
  return { word: hides ? 'the 304' : '?', evidence: shown };
}

/** What is on the wire, and kept from the page? */
export const cannotSee: ClaimRow = {
  id: 'cannot-see',
  title: 'What the page cannot see',
  question: 'What can the page not see?',
  claims: [
    claim({
      column: 'xhr',
      today: 'the 304',
      sentence:
        'The browser revalidates by itself: the page gets 200 and the stored body, although the response was 304.',
      async inPage({ origin }, { xhr }) {
        const status = async () => (await xhr(`${origin}/state`)).status;
        return [await status(), await status()];
      },
      judge: hides304,
    }),
    claim({
      column: 'fetch',
      today: 'the 304',
      sentence:
        'As with XMLHttpRequest. Nor does it see why a request failed: refused by CORS or never sent, it is the same TypeError.',
      async inPage({ origin, other }) {
        const status = async () => {
          const response = await fetch(`${origin}/state`);
          await response.text(); // what is not read to its end is not kept
          return response.status;
        };
        const failure = (url: string) =>
          fetch(url).then(() => 'a response', String);
        return {
          statuses: [await status(), await status()],
          // Without CORS headers; and to a port that browsers do not call.
          failures: [
            await failure(`${other}/bytes`),
            await failure(`${origin.replace(/:\d+$/, '')}:1/`),
          ],
        };
      },
      judge({ statuses, failures }, seen) {
        const found = hides304(statuses, seen);
        if (found.unmeasured) return found;
        const isSame = new Set(failures).size === 1;
        return {
          word: isSame ? found.word : '?',
          evidence: `${found.evidence}; two failures: ${failures.join(' and ')}`,
        };
      },
    }),
    claim({
      column: 'sse',
      today: 'comments',
      sentence:
        'A comment shows proxies that the connection is in use, and fires no event. Nor does error say which status code came.',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events`);
        const fired = 4;
        await nextMessage(source, fired);
        source.close();
        const missing = new EventSource(`${origin}/missing`);
        const error = await new Promise<Event>(
          (done) => (missing.onerror = done),
        );
        return { fired, tells: 'status' in error || 'code' in error };
      },
      judge({ fired, tells }, seen) {
        const comments = ofKind(seen, /^comment$/).length;
        const events = ofKind(seen, /^event$/).length;
        const is404 = responsesIn(seen, 404).length > 0;
        const hides = comments > 0 && fired <= events && is404 && !tells;
        return {
          word: hides ? 'comments' : '?',
          evidence: `${comments} comments on the wire; fired: ${fired} events; 404 on the wire, in the page error ${tells ? 'with' : 'without'} a code`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'pings, and why it was refused',
      sentence:
        'The browser responds to pings by itself. A 403 becomes error without a reason, then close with code 1006.',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/socket`);
        await nextMessage(socket);
        socket.send('after the ping');
        await nextMessage(socket);
        socket.close();
        const refused = new WebSocket(`${origin}/refused`);
        return await new Promise<number>((done) => {
          refused.onclose = ({ code }) => done(code);
        });
      },
      judge(code: number, seen) {
        const pings = ofKind(seen, /websocket ping/).length;
        const pongs = ofKind(seen, /websocket pong/).length;
        const is403 = responsesIn(seen, 403).length > 0;
        const hides = pings > 0 && pongs > 0 && is403 && code === 1006;
        return {
          word: hides ? 'pings, and why it was refused' : '?',
          evidence: `${pings} ping, ${pongs} pong; 403 on the wire, ${code} in the page`,
        };
      },
    }),
  ],
};
