import { claim, ofKind, type Row } from '../claim.ts';

/** Do bytes that are no text arrive as they were sent? */
export const binary: Row = {
  id: 'binary',
  title: 'Binary data transfers',
  claims: [
    claim({
      column: 'xhr',
      said: 'yes',
      today: 'yes',
      sentence:
        'responseType “arraybuffer” or “blob”; and any bytes as a body.',
      async inPage({ origin }) {
        const request = new XMLHttpRequest();
        request.open('GET', `${origin}/bytes`);
        request.responseType = 'arraybuffer';
        await new Promise((done) => {
          request.onload = done;
          request.send();
        });
        const bytes = new Uint8Array(request.response as ArrayBuffer);
        return {
          same: bytes.every((byte, at) => byte === at),
          size: bytes.length,
        };
      },
      judge: ({ same, size }) => ({
        word: same && size === 256 ? 'yes' : 'no',
        evidence: `${size} bytes, ${same ? 'each as it was sent' : 'changed'}`,
      }),
    }),
    claim({
      column: 'fetch',
      said: 'yes',
      today: 'yes',
      sentence: 'arrayBuffer(), blob(), bytes(); and any bytes as a body.',
      async inPage({ origin }) {
        const response = await fetch(`${origin}/bytes`);
        const bytes = new Uint8Array(await response.arrayBuffer());
        return {
          same: bytes.every((byte, at) => byte === at),
          size: bytes.length,
        };
      },
      judge: ({ same, size }) => ({
        word: same && size === 256 ? 'yes' : 'no',
        evidence: `${size} bytes, ${same ? 'each as it was sent' : 'changed'}`,
      }),
    }),
    claim({
      column: 'sse',
      said: 'no (Base64)',
      today: 'no (Base64)',
      sentence:
        'Events are UTF-8. Bytes must become text first: with Base64 they grow by a third.',
      async inPage({ origin }) {
        const source = new EventSource(`${origin}/events`);
        const { data } = await new Promise<MessageEvent<unknown>>(
          (done) => (source.onmessage = done),
        );
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
      async inPage({ origin }) {
        const socket = new WebSocket(`${origin}/socket`);
        socket.binaryType = 'arraybuffer';
        const heard = () =>
          new Promise<MessageEvent<ArrayBuffer>>(
            (done) => (socket.onmessage = done),
          );
        await heard();
        socket.send(Uint8Array.from(Array(256).keys()));
        const { data } = await heard();
        socket.close();
        const bytes = new Uint8Array(data);
        return {
          same: bytes.every((byte, at) => byte === at),
          size: bytes.length,
        };
      },
      judge: ({ same, size }, seen) => ({
        word: same && size === 256 ? 'yes' : 'no',
        evidence: `${ofKind(seen, /websocket binary/).length} binary frames; ${size} bytes came back, ${same ? 'each as it was sent' : 'changed'}`,
      }),
    }),
  ],
};
