import { sizeOf, claim, ofKind, type ClaimRow, type Seen } from '../claim.ts';

/** The last question that brought nothing new, and its answer. */
function nothingNew(seen: readonly Seen[]) {
  const heads = seen
    .filter(
      ({ unit }) =>
        unit.layer === 0 &&
        /(request|response) headers|http\/2 HEADERS/.test(unit.kind),
    )
    .map(({ unit }) => unit)
    .slice(-2);
  const cost = sizeOf(heads);
  return {
    word: heads.length === 2 ? 'a question each time' : '?',
    evidence: `${cost} bytes for “nothing new”, heads both ways`,
  };
}

/** What does it cost to have nothing to say? */
export const idleClient: ClaimRow = {
  id: 'idle-client',
  title: 'Cost of an idle client',
  claims: [
    claim({
      column: 'xhr',
      today: 'a question each time',
      sentence:
        'No connection need stay, and no memory of the server; but who wants to know must ask.',
      async inPage({ origin }, { xhr }) {
        await xhr(`${origin}/state`);
        await xhr(`${origin}/state`);
      },
      judge: (_told, seen) => nothingNew(seen),
    }),
    claim({
      column: 'fetch',
      today: 'a question each time',
      sentence: 'The same bytes.',
      async inPage({ origin }) {
        for (let times = 0; times < 2; times += 1)
          await (await fetch(`${origin}/state`)).text();
      },
      judge: (_told, seen) => nothingNew(seen),
    }),
    claim({
      column: 'sse',
      today: 'a connection',
      sentence:
        'A comment now and then. The server keeps a connection and an answer for each: the comparison measures the memory.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events`);
        await heard(source, 3);
        source.close();
      },
      judge(_told, seen) {
        const [comment] = ofKind(seen, /^comment$/);
        return {
          word: comment ? 'a connection' : '?',
          evidence: `a comment of ${comment?.size} bytes, when it wants to`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'a connection',
      sentence:
        'A ping and a pong now and then, and the least memory of all that stay: the comparison measures it.',
      async inPage({ origin }, { heard }) {
        const socket = new WebSocket(`${origin}/socket`);
        await heard(socket);
        socket.send('after the pong');
        await heard(socket);
        socket.close();
      },
      judge(_told, seen) {
        const pings = ofKind(seen, /websocket (ping|pong)/);
        return {
          word: pings.length === 2 ? 'a connection' : '?',
          evidence: `a ping and its pong: ${sizeOf(pings)} bytes`,
        };
      },
    }),
  ],
};
