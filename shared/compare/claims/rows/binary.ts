import { claim, ofKind, type ClaimRow } from '../claim.ts';

function found(bytes: number[], what = 'bytes') {
  const same = bytes.every((byte, at) => byte === at);
  return {
    word: same && bytes.length === 256 ? 'yes' : 'no',
    evidence: `${bytes.length} ${what}, ${same ? 'each as it was sent' : 'changed'}`,
  };
}

/** Do bytes that are no text arrive as they were sent? */
export const binary: ClaimRow = {
  id: 'binary',
  title: 'Binary data transfers',
  claims: [
    claim({
      column: 'xhr',
      said: 'yes',
      today: 'yes',
      sentence:
        'responseType “arraybuffer” or “blob”; and any bytes as a body.',
      async inPage({ origin }, { xhr }) {
        const { response } = await xhr(`${origin}/bytes`, (request) => {
          request.responseType = 'arraybuffer';
        });
        return [...new Uint8Array(response as ArrayBuffer)];
      },
      judge: (bytes: number[]) => found(bytes),
    }),
    claim({
      column: 'fetch',
      said: 'yes',
      today: 'yes',
      sentence: 'arrayBuffer(), blob(), bytes(); and any bytes as a body.',
      async inPage({ origin }) {
        const response = await fetch(`${origin}/bytes`);
        return [...new Uint8Array(await response.arrayBuffer())];
      },
      judge: (bytes: number[]) => found(bytes),
    }),
    claim({
      column: 'sse',
      said: 'no (Base64)',
      today: 'no (Base64)',
      sentence:
        'Events are UTF-8. Bytes must become text first: with Base64 they grow by a third.',
      async inPage({ origin }, { heard }) {
        const source = new EventSource(`${origin}/events`);
        const { data } = await heard(source);
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
        'A message is text or binary, as its first byte says. The book had “yes” already; the table that was made of it did not.',
      async inPage({ origin }, { heard }) {
        const socket = new WebSocket(`${origin}/socket`);
        socket.binaryType = 'arraybuffer';
        await heard(socket);
        socket.send(Uint8Array.from(Array(256).keys()));
        const { data } = await heard(socket);
        socket.close();
        return [...new Uint8Array(data as ArrayBuffer)];
      },
      judge(bytes: number[], seen) {
        const { word, evidence } = found(bytes, 'bytes came back');
        const frames = ofKind(seen, /websocket binary/).length;
        return { word, evidence: `${frames} binary frames; ${evidence}` };
      },
    }),
  ],
};
