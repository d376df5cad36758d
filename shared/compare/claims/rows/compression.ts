import { sizeOf, claim, ofKind, type ClaimRow, type Seen } from '../claim.ts';

/** Bytes of response bodies that were on the wire, without frames around them. */
const bodyOnTheWire = (seen: readonly Seen[]) =>
  ofKind(seen, /^(body|body part|http\/2 DATA|http\/1.1 chunk)$/)
    .filter(({ direction, layer }) => direction === 'down' && layer === 0)
    .reduce((sum, { payload }) => sum + payload, 0);

function smaller({ size }: { size: number }, seen: readonly Seen[]) {
  const wire = bodyOnTheWire(seen);
  return {
    word: wire > 0 && wire < size / 2 ? 'yes' : 'no',
    evidence: `${size} characters took ${wire} bytes`,
  };
}

/** Does text that repeats itself take fewer bytes? */
export const compression: ClaimRow = {
  id: 'compression',
  title: 'Compression',
  question: 'Can it be compressed?',
  claims: [
    claim({
      column: 'xhr',
      said: 'yes',
      today: 'yes',
      sentence:
        'The browser sends Accept-Encoding and decompresses the response by itself.',
      async inPage({ origin }, { xhr }) {
        const { responseText } = await xhr(`${origin}/compressed`);
        return { size: responseText.length };
      },
      judge: smaller,
    }),
    claim({
      column: 'fetch',
      said: 'yes',
      today: 'yes',
      sentence: 'As with XMLHttpRequest.',
      async inPage({ origin }) {
        const text = await (await fetch(`${origin}/compressed`)).text();
        return { size: text.length };
      },
      judge: smaller,
    }),
    claim({
      column: 'sse',
      said: 'yes',
      today: 'yes',
      sentence:
        'If the server flushes the compressor after every event; otherwise events wait in it. Each client costs the server memory for a compressor.',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events?compressed`);
        let size = 0;
        let events = 0;
        for (; events < 4; events += 1)
          size += ((await nextMessage(source)).data as string).length;
        source.close();
        return { size, events };
      },
      judge({ size, events }, seen) {
        const wire = bodyOnTheWire(seen);
        return {
          word: wire > 0 && wire < size ? 'yes' : 'no',
          evidence: `${events} events with ${size} characters took ${wire} bytes, fields included`,
        };
      },
    }),
    claim({
      column: 'websocket',
      said: 'limited',
      today: 'yes',
      sentence:
        'With permessage-deflate (RFC 7692). Browsers offer it; many servers leave it off, because each client costs memory and processor time.',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/compressed-socket`);
        await nextMessage(socket);
        const text = 'A train departs from platform 7. '.repeat(20);
        socket.send(text);
        await nextMessage(socket);
        socket.close();
        return { size: text.length, extensions: socket.extensions };
      },
      judge({ size, extensions }, seen) {
        const last = ofKind(seen, /websocket text/).slice(-2);
        const isSmaller = last.length === 2 && sizeOf(last) < size;
        return {
          word: extensions && isSmaller ? 'yes' : 'no',
          evidence: `${size} characters took ${last.map(({ size: of, direction }) => `${of} bytes ${direction}`).join(', ')}; negotiated: ${extensions || 'nothing'}`,
        };
      },
    }),
  ],
};
