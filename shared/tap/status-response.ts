import { createServer, STATUS_CODES } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { Duplex } from 'node:stream';
import type { RelayDirection } from './events.ts';

/** Who wants to know what passes while a client is answered by the tap. */
export interface ResponseObserver {
  read(direction: RelayDirection, bytes: Buffer): void;
  end(direction: RelayDirection): void;
  /** All is said; what is left is to close. */
  over(): void;
}

const PREFACE = 'PRI * HTTP/2.0';

/**
 * Answers what a client asks next, as a proxy does whose server is gone:
 * HTTP/1.1 (RFC 9112), or HTTP/2 (RFC 9113) where the client begins with its
 * preface. Node's own servers speak; the connection ends after the answer.
 *
 * @param client what it sends next is `first` once more
 */
export function respondWith(
  code: number,
  client: Duplex,
  first: Buffer,
  observer: ResponseObserver,
): void {
  const text = `${code} ${STATUS_CODES[code] ?? 'Error'}: said by the tap, not by the server\n`;
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  };
  const seen = watched(client, observer);
  if (first.subarray(0, PREFACE.length).toString() === PREFACE) {
    const server = createHttp2Server((request, response) => {
      request.resume();
      response.writeHead(code, headers);
      response.end(text);
      response.stream.session?.close();
    });
    server.emit('connection', seen);
  } else {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(code, { ...headers, connection: 'close' });
      response.end(text);
    });
    server.emit('connection', seen);
  }
}

/** The same byte stream, with a observer. */
function watched(client: Duplex, observer: ResponseObserver): Duplex {
  const seen = new Duplex({
    read() {
      client.resume();
    },
    write(bytes: Buffer, _encoding, done) {
      observer.read('down', bytes);
      client.write(bytes, done);
    },
    final(done) {
      done();
      observer.over();
    },
    destroy(error, done) {
      done(error);
      observer.over();
    },
  });
  client.on('data', (bytes: Buffer) => {
    observer.read('up', bytes);
    if (!seen.push(bytes)) client.pause();
  });
  client.on('end', () => {
    observer.end('up');
    seen.push(null);
  });
  client.on('close', () => seen.destroy());
  // What goes wrong between client and tap ends the connection, no more.
  seen.on('error', () => {});
  return seen;
}
