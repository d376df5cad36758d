import {
  sizeOf,
  claim,
  keepsNothing,
  ofKind,
  responsesIn,
  type ClaimRow,
  type Found,
  type Seen,
} from '../claim.ts';

/** The last request that brought nothing new, and its response. */
function nothingNew(seen: readonly Seen[]): Found {
  // Without a kept response it brings the old one once more.
  if (responsesIn(seen, 304).length === 0)
    return keepsNothing('no 304 on the wire');
  const sections = seen
    .filter(
      ({ unit }) =>
        unit.layer === 0 &&
        /(request|response) headers|http\/2 HEADERS/.test(unit.kind),
    )
    .map(({ unit }) => unit)
    .slice(-2);
  const cost = sizeOf(sections);
  return {
    word: sections.length === 2 ? 'a request each time' : '?',
    evidence: `${cost} bytes for “nothing new”: the header sections of request and response`,
  };
}

/** What does it cost while there is no news? */
export const idleClient: ClaimRow = {
  id: 'idle-client',
  title: 'Cost of an idle client',
  question: 'What does an idle client cost?',
  claims: [
    claim({
      column: 'xhr',
      today: 'a request each time',
      sentence:
        'No connection has to stay open, and the server keeps nothing. But to learn that there is no news, the page must send a request.',
      async inPage({ origin }, { xhr }) {
        await xhr(`${origin}/state`);
        await xhr(`${origin}/state`);
      },
      judge: (_result, seen) => nothingNew(seen),
    }),
    claim({
      column: 'fetch',
      today: 'a request each time',
      sentence:
        'As with XMLHttpRequest: in Chromium 156 the same bytes, in Firefox ESR 153 a few more (Priority).',
      async inPage({ origin }) {
        for (let times = 0; times < 2; times += 1)
          await (await fetch(`${origin}/state`)).text();
      },
      judge: (_result, seen) => nothingNew(seen),
    }),
    claim({
      column: 'sse',
      today: 'a connection',
      sentence:
        'The server sends a comment now and then as a heartbeat, and keeps a connection and an unfinished response for each client. The comparison measures the memory.',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events`);
        await nextMessage(source, 3);
        source.close();
      },
      judge(_result, seen) {
        const [comment] = ofKind(seen, /^comment$/);
        return {
          word: comment ? 'a connection' : '?',
          evidence: `a comment of ${comment?.size} bytes now and then`,
        };
      },
    }),
    claim({
      column: 'websocket',
      today: 'a connection',
      sentence:
        'A ping and a pong now and then, and the memory of a connection. The comparison measures it: less than for an event stream.',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/socket`);
        await nextMessage(socket);
        socket.send('after the pong');
        await nextMessage(socket);
        socket.close();
      },
      judge(_result, seen) {
        const pings = ofKind(seen, /websocket (ping|pong)/);
        return {
          word: pings.length === 2 ? 'a connection' : '?',
          evidence: `a ping and its pong: ${sizeOf(pings)} bytes`,
        };
      },
    }),
  ],
};
