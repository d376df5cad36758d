import { claim, ofKind, type ClaimRow } from '../claim.ts';

const isSame = (bytes: number[]) =>
  bytes.length === 256 && bytes.every((byte, at) => byte === at);
const described = (bytes: number[]) =>
  `${bytes.length} bytes, ${bytes.every((byte, at) => byte === at) ? 'each as it was sent' : 'changed'}`;

/** Bytes that came down, and others that went up. */
function bothWays({ down, up }: { down: number[]; up: number[] }) {
  return {
    word: isSame(down) && isSame(up) ? 'yes' : 'no',
    evidence: `in the response ${described(down)}; in the request ${described(up)}`,
  };
}

/** Do bytes that are not text arrive as they were sent? */
export const binary: ClaimRow = {
  id: 'binary',
  title: 'Binary data transfers',
  question: 'Does it carry binary data?',
  claims: [
    claim({
      column: 'xhr',
      said: 'yes',
      today: 'yes',
      sentence:
        'Set responseType to “arraybuffer” or “blob”. A request body may be any bytes, too.',
      async inPage({ origin }, { xhr }) {
        const { response } = await xhr(`${origin}/bytes`, (request) => {
          request.responseType = 'arraybuffer';
        });
        const request = new XMLHttpRequest();
        request.open('POST', `${origin}/upload`);
        await new Promise((done) => {
          request.onloadend = done;
          request.send(Uint8Array.from(Array(256).keys()));
        });
        const { text } = JSON.parse(request.responseText) as { text: string };
        return {
          down: [...new Uint8Array(response as ArrayBuffer)],
          up: Array.from(text, (each) => each.charCodeAt(0)),
        };
      },
      judge: bothWays,
    }),
    claim({
      column: 'fetch',
      said: 'yes',
      today: 'yes',
      sentence:
        'Call arrayBuffer(), blob() or bytes(). A request body may be any bytes, too.',
      async inPage({ origin }) {
        const response = await fetch(`${origin}/bytes`);
        const body = Uint8Array.from(Array(256).keys());
        const options = { method: 'POST', body };
        const upload = await fetch(`${origin}/upload`, options);
        const { text } = (await upload.json()) as { text: string };
        return {
          down: [...new Uint8Array(await response.arrayBuffer())],
          up: Array.from(text, (each) => each.charCodeAt(0)),
        };
      },
      judge: bothWays,
    }),
    claim({
      column: 'sse',
      said: 'no (Base64)',
      today: 'no (Base64)',
      sentence:
        'An event stream is UTF-8 text. Encode the bytes first; Base64 makes them a third larger.',
      async inPage({ origin }, { nextMessage }) {
        const source = new EventSource(`${origin}/events`);
        const { data } = await nextMessage(source);
        source.close();
        const bytes = String.fromCharCode(...Array(255).keys());
        return { type: typeof data, size: btoa(bytes).length };
      },
      judge: ({ type, size }) => ({
        word: type === 'string' ? 'no (Base64)' : 'yes',
        evidence: `an event's data is a ${type}; 255 bytes as Base64 are ${size}`,
      }),
    }),
    claim({
      column: 'websocket',
      said: 'limited',
      today: 'yes',
      sentence:
        'A message is text or binary, as the opcode in its first byte says (RFC 6455, 5.2, base framing protocol). The book said “yes” already; the table of 2016 did not.',
      async inPage({ origin }, { nextMessage }) {
        const socket = new WebSocket(`${origin}/socket`);
        socket.binaryType = 'arraybuffer';
        await nextMessage(socket);
        socket.send(Uint8Array.from(Array(256).keys()));
        const { data } = await nextMessage(socket);
        socket.close();
        return [...new Uint8Array(data as ArrayBuffer)];
      },
      judge(bytes: number[], seen) {
        const frames = ofKind(seen, /websocket binary/).length;
        return {
          word: isSame(bytes) ? 'yes' : 'no',
          evidence: `${frames} binary frames; echoed: ${described(bytes)}`,
        };
      },
    }),
  ],
};
