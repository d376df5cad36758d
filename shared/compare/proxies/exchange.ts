/** A request to the proxy, and what came of it: as a client sees it. */
import { Agent, request as requestHttp1 } from 'node:http';
import {
  connect,
  type ClientHttp2Session,
  type ClientHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';
import type { IncomingHttpHeaders } from 'node:http';
import { Watched } from './watched.ts';

/** How a response ended for the client. */
export interface ResponseEnd {
  /** Whether it looks complete. */
  isWhole: boolean;
  /** On the wire: "FIN", "RST_STREAM INTERNAL_ERROR". */
  how: string;
  /** ms of `performance` */
  at: number;
}

/** What is asked. */
export interface RequestToSend {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  /** Whether more of the request follows: `write`, `end`. */
  isOpen?: boolean;
}

/** A request that is under way, and its response. */
export abstract class ProxyExchange extends Watched {
  readonly began = performance.now();
  /** The port that the client has. */
  port = 0;
  /** Status codes of interim responses (RFC 9110, 15.2). */
  readonly interim: number[] = [];
  status: number | undefined;
  /** When the header section came. */
  answered: number | undefined;
  fields: IncomingHttpHeaders = {};
  /** The parts of the body, as they came. */
  readonly parts: { at: number; text: string }[] = [];
  trailers: IncomingHttpHeaders = {};
  ended: ResponseEnd | undefined;

  abstract write(text: string): void;
  abstract end(): void;
  /** Gives it up, as a page does: EventSource's `close()`. */
  abstract leave(): void;
  /** Closes the connection. */
  abstract close(): void;

  get body(): string {
    return this.parts.map(({ text }) => text).join('');
  }

  /** The beginning of the body, for a sentence. */
  get excerpt(): string {
    const text = this.body.trim().replaceAll(/\s+/g, ' ');
    return text.length > 40 ? `${text.slice(0, 40)}…` : text;
  }

  /** How it went so far: "200", "a reset", "nothing". */
  get outcome(): string {
    return this.status === undefined
      ? (this.ended?.how ?? 'no response')
      : String(this.status);
  }

  /** For the exchange itself. */
  protected connected(port = 0): void {
    this.port = port;
    this.changed();
  }

  protected respond(status: number, fields: IncomingHttpHeaders): void {
    this.status = status;
    this.fields = fields;
    this.answered = performance.now();
    this.changed();
  }

  protected add(bytes: Buffer): void {
    const text = bytes.toString('latin1');
    this.parts.push({ at: performance.now(), text });
    this.changed();
  }

  protected finish(isWhole: boolean, how: string): void {
    this.ended ??= { isWhole, how, at: performance.now() };
    this.changed();
  }
}

/** Sends a request over HTTP/1.1, on a connection of its own. */
export class Http1Exchange extends ProxyExchange {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #request: ReturnType<typeof requestHttp1>;
  #upgraded: Duplex | undefined;
  #hasFin = false;

  constructor(
    port: number,
    { method = 'GET', path, headers, isOpen }: RequestToSend,
  ) {
    super();
    this.#request = requestHttp1({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: this.#agent,
      headers: { ...headers },
    });
    this.#listen();
    if (isOpen) this.#request.flushHeaders();
    else this.#request.end();
  }

  #listen(): void {
    this.#request.on('socket', (socket) => {
      socket.once('connect', () => this.connected(socket.localPort));
      socket.once('end', () => (this.#hasFin = true));
    });
    this.#request.on('information', ({ statusCode }) => {
      this.interim.push(statusCode);
      this.changed();
    });
    this.#request.on('upgrade', (response, socket, first) => {
      this.#upgraded = socket;
      socket.on('error', () => {});
      socket.on('data', (bytes: Buffer) => this.add(bytes));
      socket.on('end', () => this.finish(true, 'FIN'));
      socket.on('close', () => this.finish(false, 'RST'));
      this.respond(response.statusCode!, response.headers);
      if (first.length > 0) this.add(first);
    });
    this.#request.on('response', (response) => {
      this.respond(response.statusCode!, response.headers);
      response.on('data', (bytes: Buffer) => this.add(bytes));
      response.on('end', () => {
        this.trailers = response.trailers;
        const isFramed = !this.#hasFin;
        this.finish(true, isFramed ? 'its last byte' : 'FIN');
      });
      response.on('error', () =>
        this.finish(false, this.#hasFin ? 'FIN, in the middle of it' : 'RST'),
      );
    });
    this.#request.on('error', (error: NodeJS.ErrnoException) => {
      const { code = '' } = error;
      if (code.startsWith('HPE_'))
        this.finish(false, 'what is not HTTP: “' + error.message + '”');
      else this.finish(false, 'connection closed without a response');
    });
  }

  write(text: string): void {
    this.#request.write(text);
  }

  end(): void {
    this.#request.end();
  }

  leave(): void {
    this.#request.destroy();
  }

  close(): void {
    this.#request.destroy();
    this.#upgraded?.destroy();
    this.#agent.destroy();
  }
}

/** RFC 9113, 7 */
const errorCodes = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];
const CANCEL = errorCodes.indexOf('CANCEL');

/** Sends a request over HTTP/2, on a connection of its own. */
export class Http2Exchange extends ProxyExchange {
  /** Whether the server offers WebSocket over HTTP/2: RFC 8441, 3. */
  offersConnect: boolean | undefined;
  readonly #session: ClientHttp2Session;
  #stream: ClientHttp2Stream | undefined;
  readonly #waiting: (() => void)[] = [];

  /** @param cert whom to trust (PEM) */
  constructor(port: number, cert: string, ask: RequestToSend) {
    super();
    this.#session = connect(`https://127.0.0.1:${port}`, { ca: cert });
    this.#session.on('error', ({ message }) =>
      this.finish(false, `the whole connection: “${message}”`),
    );
    this.#session.on('close', () => this.finish(false, 'FIN'));
    this.#session.once('connect', (_session, socket) => {
      this.connected(socket.localPort);
    });
    // An extended CONNECT may be sent only after the server has offered it.
    this.#session.once('remoteSettings', ({ enableConnectProtocol }) => {
      this.offersConnect = enableConnectProtocol === true;
      this.changed();
      if (ask.method === 'CONNECT' && !this.offersConnect) return;
      this.#send(ask);
      for (const act of this.#waiting) act();
    });
  }

  #send({ method = 'GET', path, headers = {}, isOpen }: RequestToSend): void {
    const { Host: authority, ...others } = headers;
    const stream = this.#session.request(
      {
        ':method': method,
        ':path': path,
        ...(authority && { ':authority': authority }),
        ...others,
      },
      { endStream: !isOpen },
    );
    this.#stream = stream;
    stream.on('headers', ({ ':status': status }) => {
      this.interim.push(status!);
      this.changed();
    });
    stream.on('response', ({ ':status': status, ...fields }) =>
      this.respond(status!, fields),
    );
    stream.on('data', (bytes: Buffer) => this.add(bytes));
    stream.on('trailers', (fields) => (this.trailers = fields));
    stream.on('error', () => {});
    let hasEnd = false;
    stream.on('end', () => (hasEnd = true));
    stream.on('close', () => {
      const code = stream.rstCode;
      if (code) this.finish(false, `RST_STREAM ${errorCodes[code] ?? code}`);
      else if (hasEnd && this.status !== undefined)
        this.finish(true, 'END_STREAM');
      else this.finish(false, 'FIN');
    });
  }

  /** Does it once there is a stream. */
  #with(act: (stream: ClientHttp2Stream) => void): void {
    if (this.#stream) act(this.#stream);
    else this.#waiting.push(() => act(this.#stream!));
  }

  write(text: string): void {
    this.#with((stream) => stream.write(text));
  }

  end(): void {
    this.#with((stream) => stream.end());
  }

  leave(): void {
    this.#with((stream) => stream.close(CANCEL));
  }

  close(): void {
    this.#session.destroy();
  }
}
