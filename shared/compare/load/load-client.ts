/**
 * Clients that do as little as possible: a socket each, and just enough of a
 * protocol to count what arrives. What they save is left to the server.
 */
import { randomBytes } from 'node:crypto';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { connect, type Socket } from 'node:net';

/** What a client requests, and what it counts. */
export type LoadKind =
  | 'events'
  | 'lines'
  | 'frames'
  | 'socket.io'
  | 'streams'
  | 'polling'
  | 'conditional'
  | 'long';

/** A client, which counts until it is closed. */
export interface LoadClient {
  /** Updates that have arrived; for polls, responses. */
  count: number;
  /** Resolves when it is ready to get updates; rejects when it failed. */
  ready: Promise<void>;
  close(): void;
}

/** ms from a response to the next poll: as in the lesson's page. */
const PAUSE = 1_000;

/**
 * Opens one to a port of this machine.
 *
 * @param path what it requests
 * @param compressed whether it offers permessage-deflate: RFC 7692
 */
export function openLoadClient(
  kind: LoadKind,
  port: number,
  path: string,
  compressed = false,
): LoadClient {
  if (kind === 'streams') return openStream(port, path);
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  let isReady = () => {};
  let timer: NodeJS.Timeout | undefined;
  const client: LoadClient = {
    count: 0,
    ready: new Promise((ready, fail) => {
      isReady = ready;
      socket.on('error', fail);
      socket.on('close', () => fail(new Error('the server has closed it')));
    }),
    close() {
      clearTimeout(timer);
      socket.destroy();
    },
  };
  client.ready.catch(() => {});
  const counts = (more: number) => (client.count += more);
  if (kind === 'frames' || kind === 'socket.io') {
    // A client of socket.io asks to connect by a text "40", masked.
    const greeting =
      kind === 'frames' ? undefined : Buffer.from('8182000000003430', 'hex');
    upgrade(socket, path, compressed, isReady, counts, greeting);
  } else if (kind === 'events' || kind === 'lines') {
    const mark = kind === 'events' ? 'event: ' : '"kind":"';
    sendRequest(socket, path);
    socket.on('data', countMarks(mark, isReady, counts));
  } else {
    poll(socket, path, kind, isReady, counts, (next) => {
      timer = setTimeout(next, PAUSE);
    });
  }
  return client;
}

/** So many streams on one connection: as many as a browser opens. */
const STREAMS = 100;
let session: ClientHttp2Session | undefined;
let streams = 0;

/** A stream of HTTP/2 beside others: RFC 9113. */
function openStream(port: number, path: string): LoadClient {
  if (!session || streams === STREAMS) {
    streams = 0;
    // It is this machine's own server, and no secret is sent.
    session = connectHttp2(`https://127.0.0.1:${port}`, {
      rejectUnauthorized: false,
    });
    session.on('error', () => {}); // its streams say it
  }
  streams += 1;
  const stream = session.request({ ':path': path });
  const client: LoadClient = {
    count: 0,
    ready: new Promise((ready, fail) => {
      stream.on('error', fail);
      stream.on('close', () => fail(new Error('the server has closed it')));
      stream.on(
        'data',
        countMarks('event: ', ready, (more) => (client.count += more)),
      );
    }),
    close: () => stream.destroy(),
  };
  client.ready.catch(() => {});
  return client;
}

function sendRequest(socket: Socket, path: string, headers = ''): void {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: load\r\n${headers}\r\n`);
}

/** Counts what is marked as an update, wherever reads cut it. */
function countMarks(
  mark: string,
  isReady: () => void,
  counts: (more: number) => void,
) {
  // The space after a colon is optional: HTML, 9.2.6, interpreting an event stream.
  const wanted = [mark, mark.trimEnd()]
    .filter((each, index, all) => all.indexOf(each) === index)
    .flatMap((each) => [`${each}departure`, `${each}announcement`]);
  const longest = Math.max(...wanted.map((text) => text.length)) - 1;
  let rest = '';
  return (bytes: Buffer) => {
    isReady();
    const text = rest + bytes.toString('latin1');
    for (const each of wanted) {
      // What lies wholly within the rest was counted before.
      let at = text.indexOf(each, Math.max(0, rest.length - each.length + 1));
      for (; at >= 0; at = text.indexOf(each, at + each.length)) counts(1);
    }
    rest = text.slice(-longest);
  };
}

/** Counts texts, from the third on: a greeting and the board come first. */
function upgrade(
  socket: Socket,
  path: string,
  compressed: boolean,
  isReady: () => void,
  counts: (more: number) => void,
  greeting?: Buffer,
): void {
  sendRequest(
    socket,
    path,
    'Connection: Upgrade\r\nUpgrade: websocket\r\n' +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: board.v1\r\n' +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
      (compressed ? 'Sec-WebSocket-Extensions: permessage-deflate\r\n' : ''),
  );
  let rest: Buffer = Buffer.alloc(0);
  let open = false;
  let texts = 0;
  socket.on('data', (bytes: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    if (!open) {
      const end = rest.indexOf('\r\n\r\n');
      if (end < 0) return;
      if (!rest.subarray(9, 12).equals(Buffer.from('101')))
        return void socket.destroy();
      open = true;
      if (greeting) socket.write(greeting);
      rest = rest.subarray(end + 4);
    }
    // RFC 6455, 5.2, base framing protocol: a server's frames are not masked.
    for (;;) {
      if (rest.length < 2) break;
      const short = rest[1]! & 0x7f;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (rest.length < head) break;
      const length =
        short === 126
          ? rest.readUInt16BE(2)
          : short === 127
            ? Number(rest.readBigUInt64BE(2))
            : short;
      if (rest.length < head + length) break;
      if ((rest[0]! & 0x0f) === 1) {
        texts += 1;
        // socket.io has one more: who you are, that you are in, the board.
        const first = greeting ? 3 : 2;
        if (texts === first) isReady();
        if (texts > first) counts(1);
      }
      rest = rest.subarray(head + length);
    }
    // Not a view of a large buffer that lives as long as it does.
    rest = Buffer.from(rest);
  });
}

/** Sends a request, waits for the whole response, and sends the next. */
function poll(
  socket: Socket,
  path: string,
  kind: 'polling' | 'conditional' | 'long',
  isReady: () => void,
  counts: (more: number) => void,
  later: (next: () => void) => void,
): void {
  let rest: Buffer = Buffer.alloc(0);
  let tag = '';
  let at = path;
  const next = () => {
    sendRequest(socket, at, tag && `If-None-Match: ${tag}\r\n`);
  };
  socket.on('data', (bytes: Buffer) => {
    rest = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes;
    const end = rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = rest.toString('latin1', 0, end);
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
    if (rest.length < end + 4 + length) return;
    const body = rest.toString('utf8', end + 4, end + 4 + length);
    rest = Buffer.alloc(0);
    isReady();
    if (kind === 'conditional') tag = /^etag: *(.+)/im.exec(head)?.[1] ?? '';
    if (kind !== 'long') {
      counts(1);
      return later(next);
    }
    // The board first, and from then on what came after it.
    const news = [JSON.parse(body)].flat() as { id: string; kind: string }[];
    counts(news.filter((each) => each.kind !== 'snapshot').length);
    const last = news.at(-1);
    if (last) at = `/updates?after=${last.id}`;
    next();
  });
  next();
}
