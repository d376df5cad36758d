import {
  responsesIn,
  claim,
  ofKind,
  type ClaimRow,
  type Seen,
} from '../claim.ts';

const unchanged = (seen: readonly Seen[]) => responsesIn(seen, 304).length;

const hidden = (statuses: number[], seen: readonly Seen[]) => ({
  word: unchanged(seen) === 1 && statuses[1] === 200 ? 'the 304' : '?',
  evidence: `the page got ${statuses.join(' and ')}; on the wire ${unchanged(seen)} × 304`,
});

/** What is on the wire, and kept from the page? */
export const cannotSee: ClaimRow = {
  id: 'cannot-see',
  title: 'What the page cannot see',
  claims: [
    claim({
      column: 'xhr',
      today: 'the 304',
      sentence: 'The page gets 200, and the body that the browser kept.',
      async inPage({ origin }, { xhr }) {
        const ask = async () => (await xhr(`${origin}/state`)).status;
        return [await ask(), await ask()];
      },
      judge: hidden,
    }),
    claim({
      column: 'fetch',
      today: 'the 304',
      sentence:
        'The same. Nor does it see why there was no answer: each is one TypeError.',
      async inPage({ origin }) {
        const ask = async () => (await fetch(`${origin}/state`)).status;
        return [await ask(), await ask()];
      },
      judge: hidden,
    }),
    claim({
      column: 'sse',
      today: 'comments',
      sentence:
        'A comment keeps proxies calm and fires nothing. Nor is there a status in error.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events`);
        const fired = 4;
        await heard(source, fired);
        source.close();
        return fired;
      },
      judge(fired: number, seen) {
        const comments = ofKind(seen, /^comment$/).length;
        const events = ofKind(seen, /^event$/).length;
        return {
          word: comments > 0 && fired <= events ? 'comments' : '?',
          evidence: `${comments} comments on the wire; fired: ${fired} events`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'pings, and why it was refused',
      sentence:
        'The browser answers pings by itself. A 403 is error without a word, and 1006.',
      async inPage({ origin }, { heard }) {
        const socket = new WebSocket(`${origin}/socket`);
        await heard(socket);
        socket.send('after the ping');
        await heard(socket);
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
