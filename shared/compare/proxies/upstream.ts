/**
 * The server behind the proxy, which is measured through it: it speaks
 * HTTP/1.1 byte by byte, so that it can also break it.
 */
import { createServer, type Server, type Socket } from 'node:net';
import { listen } from '@on-the-wire/system/listen.ts';
import { Watched } from './watched.ts';

/** A request, as the server sees it, and the means to respond. */
export class Asked extends Watched {
  /** Request line and headers. */
  readonly head: string;
  /** How many bytes of a body have arrived, chunk sizes included. */
  bodySize = 0;
  /** When the connection was closed from the other side: ms of `performance`. */
  gone: number | undefined;
  readonly #socket: Socket;
  /** What an HTTP/1.0 client does not know: RFC 9112, 7.1. */
  readonly #inChunks: boolean;

  constructor(head: string, socket: Socket) {
    super();
    this.head = head;
    this.#socket = socket;
    this.#inChunks = !/ HTTP\/1\.0\r\n/.test(head);
    const leave = () => {
      this.gone ??= performance.now();
      this.changed();
    };
    for (const event of ['end', 'error', 'close']) socket.on(event, leave);
  }

  /** "HTTP/1.0" */
  get version(): string {
    return / (HTTP\/[\d.]+)\r\n/.exec(this.head)?.[1] ?? '';
  }

  /** The values of a header, in the order of its lines. */
  field(name: string): string[] {
    const lines = this.head.matchAll(/^([\w-]+): *(.*?)\r$/gm);
    return [...lines]
      .filter(([, each]) => each!.toLowerCase() === name.toLowerCase())
      .map(([, , value]) => value!);
  }

  /** For the server: more has arrived. */
  addBody(size: number): void {
    this.bodySize += size;
    this.changed();
  }

  /** Sends bytes as they are. */
  raw(bytes: string): void {
    this.#socket.write(bytes, 'latin1');
  }

  /**
   * Begins a response whose length is not known: in chunks, or to HTTP/1.0
   * until the connection is closed, as Node does.
   *
   * @param fields more headers, each line with its end
   */
  begin(fields = ''): void {
    const framing = this.#inChunks
      ? 'Transfer-Encoding: chunked'
      : 'Connection: close';
    this.raw(`HTTP/1.1 200 OK\r\n${fields}${framing}\r\n\r\n`);
  }

  /** Sends some of the body. */
  send(text: string): void {
    const size = text.length.toString(16);
    this.raw(this.#inChunks ? `${size}\r\n${text}\r\n` : text);
  }

  /** Ends the response. */
  finish(trailers = ''): void {
    if (this.#inChunks) this.raw(`0\r\n${trailers}\r\n`);
    else this.#socket.end();
  }

  /** Breaks off. */
  cut(how: 'fin' | 'rst'): void {
    if (how === 'rst') this.#socket.resetAndDestroy();
    else this.#socket.end();
  }

  /** Closes the connection; resolves when it is closed. */
  close(): Promise<void> {
    return new Promise((done) => {
      if (this.#socket.closed) return done();
      this.#socket.once('close', () => done());
      this.#socket.destroy();
    });
  }
}

/** The server: what it does is decided by the path of the request. */
export class Upstream {
  readonly #server: Server;
  readonly #handlers = new Map<string, (asked: Asked) => void>();
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => {});
      this.#read(socket);
    });
  }

  /** @returns the port */
  async listen(): Promise<number> {
    return (await listen(this.#server)).port;
  }

  /** Has requests for a path handled. */
  handle(path: string, handler: (asked: Asked) => void): void {
    this.#handlers.set(path, handler);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** One request a connection: what comes after its headers is its body. */
  #read(socket: Socket): void {
    let head = '';
    let asked: Asked | undefined;
    socket.on('data', (bytes) => {
      if (asked) return asked.addBody(bytes.length);
      head += bytes.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) return;
      asked = new Asked(head.slice(0, end + 4), socket);
      if (head.length > end + 4) asked.addBody(head.length - end - 4);
      const path = head.split(' ', 2)[1] ?? '';
      const handler = this.#handlers.get(path);
      if (handler) handler(asked);
      else socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    });
  }
}
