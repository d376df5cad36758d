import { sizeOf, claim, ofKind, type ClaimRow, type Seen } from '../claim.ts';

const isHttp2 = (seen: readonly Seen[]) =>
  seen.some(({ unit }) => unit.kind.startsWith('http/2'));

const overHttp = (seen: readonly Seen[]) => {
  const sections = ofKind(seen, /response headers|http\/2 HEADERS/);
  const down = sections.filter(({ direction }) => direction === 'down');
  return {
    word: isHttp2(seen) ? 'HTTP/2 frames' : 'HTTP',
    evidence: `a response with a header section of ${sizeOf(down.slice(-1))} bytes, then its body`,
  };
};

/** What shows where a message begins and ends? */
export const framing: ClaimRow = {
  id: 'framing',
  title: 'Framing mechanism',
  question: 'What shows where a message ends?',
  claims: [
    claim({
      column: 'xhr',
      said: 'HTTP',
      today: 'HTTP',
      todayOverHttp2: 'HTTP/2 frames',
      sentence:
        'A header section, then a body of a known length or in chunks (RFC 9112, 6.3, message body length). Over HTTP/2: frames, each with a header of 9 bytes (RFC 9113, 4.1, frame format).',
      inPage: ({ origin }, { xhr }) => xhr(`${origin}/bytes`).then(() => {}),
      judge: (_result, seen) => overHttp(seen),
    }),
    claim({
      column: 'fetch',
      said: 'HTTP',
      today: 'HTTP',
      todayOverHttp2: 'HTTP/2 frames',
      sentence: 'As with XMLHttpRequest.',
      async inPage({ origin }) {
        await (await fetch(`${origin}/bytes`)).arrayBuffer();
      },
      judge: (_result, seen) => overHttp(seen),
    }),
    claim({
      column: 'sse',
      said: 'event stream',
      today: 'event stream',
      sentence:
        'Lines “field: value”, then an empty line, inside the body of one response (HTML, 9.2.5, parsing an event stream).',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events`);
        await nextMessage(source);
        source.close();
      },
      judge(_result, seen) {
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
        '2 to 10 bytes before each frame from the server, 6 to 14 with the masking key before each to it (RFC 6455, 5.2, base framing protocol).',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/socket`);
        await nextMessage(socket);
        socket.send('platform 7');
        await nextMessage(socket);
        socket.close();
      },
      judge(_result, seen) {
        const frames = ofKind(seen, /websocket text/);
        const sizes = frames.map(
          ({ direction, size, payload }) => `${size - payload} ${direction}`,
        );
        return {
          word: frames.length > 0 ? 'binary framing' : 'none',
          evidence: `bytes before messages: ${sizes.join(', ')}`,
        };
      },
    }),
  ],
};
