/** The one place where the tap speaks HTTP: the responses of the fault `status`. */
import { createServer, STATUS_CODES } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { Duplex } from 'node:stream';
import type { RelayDirection } from './events.ts';
import type { StatusResponse } from './faults/kind.ts';

/** Is called with what passes while the tap itself responds to a client. */
export interface ResponseObserver {
  read(direction: RelayDirection, bytes: Buffer): void;
  end(direction: RelayDirection): void;
  /** The response is sent; what is left is to close. */
  over(): void;
}

const PREFACE = 'PRI * HTTP/2.0';

/**
 * Responds to the next request of a client, as a gateway does that
 * cannot reach its server (RFC 9110, 15.6): with HTTP/1.1 (RFC 9112), or with HTTP/2 where the
 * client begins with its preface (RFC 9113, 3.4). Node's own servers write it;
 * the connection ends after the response.
 *
 * @param status the status code, and the seconds of `Retry-After`
 * @param client has `first` put back: it reads that again
 * @param first the first bytes of the request
 */
export function respondWith(
  { code, retryAfter }: StatusResponse,
  client: Duplex,
  first: Buffer,
  observer: ResponseObserver,
): void {
  const text = `${code} ${STATUS_CODES[code] ?? 'Error'}: sent by the tap, not by the server\n`;
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...(retryAfter !== undefined && { 'retry-after': String(retryAfter) }),
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

/** The same byte stream, with an observer. */
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
