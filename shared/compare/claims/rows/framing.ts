import { sizeOf, claim, ofKind, type ClaimRow, type Seen } from '../claim.ts';

const isHttp2 = (seen: readonly Seen[]) =>
  seen.some(({ unit }) => unit.kind.startsWith('http/2'));

const overHttp = (seen: readonly Seen[]) => {
  const heads = ofKind(seen, /response headers|http\/2 HEADERS/);
  const down = heads.filter(({ direction }) => direction === 'down');
  return {
    word: isHttp2(seen) ? 'HTTP/2 frames' : 'HTTP',
    evidence: `an answer's head of ${sizeOf(down.slice(-1))} bytes, then its body`,
  };
};

/** What tells where a message begins and ends? */
export const framing: ClaimRow = {
  id: 'framing',
  title: 'Framing mechanism',
  claims: [
    claim({
      column: 'xhr',
      said: 'HTTP',
      today: 'HTTP',
      todayOverHttp2: 'HTTP/2 frames',
      sentence:
        'A head, and a body of a known length or in chunks; over HTTP/2 frames with a head of 9 bytes.',
      inPage: ({ origin }, { xhr }) => xhr(`${origin}/bytes`).then(() => {}),
      judge: (_told, seen) => overHttp(seen),
    }),
    claim({
      column: 'fetch',
      said: 'HTTP',
      today: 'HTTP',
      todayOverHttp2: 'HTTP/2 frames',
      sentence: 'The same bytes as with XMLHttpRequest.',
      async inPage({ origin }) {
        await (await fetch(`${origin}/bytes`)).arrayBuffer();
      },
      judge: (_told, seen) => overHttp(seen),
    }),
    claim({
      column: 'sse',
      said: 'event stream',
      today: 'event stream',
      sentence:
        'Lines of “field: value”, and an empty one, within the body of one answer.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events`);
        await heard(source);
        source.close();
      },
      judge(_told, seen) {
        const events = ofKind(seen, /^event$/);
        const [first] = events;
        return {
          word: first ? 'event stream' : 'none',
          evidence: first
            ? `an event of ${first.size} bytes for a text of ${first.payload}`
            : 'no event came',
        };
      },
    }),
    claim({
      column: 'websocket',
      said: 'binary framing',
      today: 'binary framing',
      sentence:
        'From 2 bytes before each message from the server, from 6 before each to it.',
      async inPage({ origin }, { heard }) {
        const socket = new WebSocket(`${origin}/socket`);
        await heard(socket);
        socket.send('platform 7');
        await heard(socket);
        socket.close();
      },
      judge(_told, seen) {
        const frames = ofKind(seen, /websocket text/);
        const heads = frames.map(
          ({ direction, size, payload }) => `${size - payload} ${direction}`,
        );
        return {
          word: frames.length > 0 ? 'binary framing' : 'none',
          evidence: `bytes before messages: ${heads.join(', ')}`,
        };
      },
    }),
  ],
};
