/** Compared with another program: node:http2 speaks, and tells what it got. */
import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Stream,
  type Http2Session,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { unitsOf, type CapturedConnection } from '../capture.ts';
import {
  bytesOf,
  type Direction,
  type Unit,
  describe as fieldsOf,
} from '../unit.ts';
import { recorded, type Step } from './cuts.ts';
import { portOf, startRelay } from './relay.ts';

/** The header fields of a unit, as Node has them: name → value. */
function headersOf(unit: Unit, whole: Record<Direction, Uint8Array>) {
  const bytes = bytesOf(unit, whole[unit.direction]);
  const own = new Set([
    'length',
    'type',
    'flags',
    'stream',
    'header block',
    'table size',
  ]);
  return fieldsOf(unit, bytes)
    .filter(({ label }) => !own.has(label) && !label.startsWith('padding'))
    .map(({ label, value }) => [label, value]);
}

function asList(headers: IncomingHttpHeaders | OutgoingHttpHeaders) {
  return Object.entries(headers).map(([name, value]) => [name, String(value)]);
}

interface Happened {
  requests: [number, unknown][];
  answers: [number, unknown][];
  trailers: [number, unknown][];
  bodies: Record<number, number>;
  settings: Record<string, number>[];
  goaway: number[];
  resets: [number, number][];
}

/** Ends the session, and waits until it is gone. */
async function end(session: Http2Session): Promise<void> {
  session.close();
  await once(session, 'close');
}

async function ask(
  stream: ClientHttp2Stream,
  happened: Happened,
  body?: string,
): Promise<void> {
  // Not `once`: a stream that was reset has an error too.
  const ended = new Promise((closed) => stream.on('close', closed));
  stream.on('response', (headers) =>
    happened.answers.push([stream.id!, asList(headers)]),
  );
  stream.on('trailers', (headers) =>
    happened.trailers.push([stream.id!, asList(headers)]),
  );
  stream.on('data', (chunk: Buffer) => {
    happened.bodies[stream.id!] =
      (happened.bodies[stream.id!] ?? 0) + chunk.length;
  });
  stream.on('error', () => undefined);
  stream.end(body);
  await ended;
}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const path = String(headers[':path']);
  stream.on('error', () => undefined);
  if (path === '/trailers') {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ digest: 'x=y' }));
    stream.end('with trailers');
  } else if (path === '/early') {
    stream.additionalHeaders({ ':status': 103, link: '</a.css>' });
    stream.respond({ ':status': 204 }, { endStream: true });
  } else if (path === '/reset') {
    stream.respond({ ':status': 200 });
    stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  } else {
    const back = {
      ':status': 200,
      'x-long': 'y'.repeat(Number(headers['x-size'])),
    };
    stream.respond(back);
    stream.end('b'.repeat(40_000));
  }
}

/** What a header value may be, unusual characters included. */
const values = fc.string({
  unit: fc
    .integer({ min: 0x21, max: 0x7e })
    .map((code) => String.fromCharCode(code)),
  maxLength: 60,
});

test('node:http2 reads the same frames and headers', async () => {
  const happened: Happened = {
    requests: [],
    answers: [],
    trailers: [],
    bodies: {},
    settings: [],
    goaway: [],
    resets: [],
  };
  const server = createServer({ settings: { headerTableSize: 8_192 } });
  server.on('stream', (stream, headers) => {
    happened.requests.push([stream.id!, asList(headers)]);
    answer(stream, headers);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const relay = await startRelay(portOf(server));
  const client = connect(`http://127.0.0.1:${relay.port}`, {
    settings: { initialWindowSize: 100_000, enablePush: false },
  });
  client.on('remoteSettings', ({ headerTableSize, initialWindowSize }) =>
    happened.settings.push({
      headerTableSize: headerTableSize!,
      initialWindowSize: initialWindowSize!,
    }),
  );
  const secret = fc.sample(values, 30);
  for (const [i, value] of secret.entries()) {
    const size = i === 7 ? '20000' : '10';
    const headers = { ':path': `/${i}`, 'x-size': size, 'x-value': value };
    await ask(client.request(headers, { endStream: false }), happened, 'body');
  }
  for (const path of ['/trailers', '/early', '/reset']) {
    const stream = client.request({ ':path': path });
    await ask(stream, happened);
    if (stream.rstCode) happened.resets.push([stream.id!, stream.rstCode]);
  }
  await end(client);
  await relay.close();
  server.close();
  compare(relay.connections[0]!, happened);
});

const isTrailers = (summary: string): boolean => summary.includes('trailers');

function compare(connection: CapturedConnection, happened: Happened): void {
  const units = unitsOf(connection);
  const steps = connection.reads.map(({ direction, bytes }): Step => [
    direction,
    bytes,
  ]);
  const whole = recorded(steps);
  expect(units.filter(({ problem }) => problem)).toEqual([]);
  const lists = units.filter(
    ({ kind, summary }) =>
      kind === 'http/2 header list' ||
      (kind === 'http/2 HEADERS' && !summary.includes('continued')),
  );
  const of = (direction: Direction, isWanted: (summary: string) => boolean) =>
    lists
      .filter((unit) => unit.direction === direction && isWanted(unit.summary))
      .map((unit) => [unit.stream, headersOf(unit, whole)]);
  expect(of('up', () => true)).toEqual(happened.requests);
  expect(of('down', (s) => !isTrailers(s) && !s.includes(' 103 '))).toEqual(
    happened.answers,
  );
  expect(of('down', isTrailers)).toEqual(happened.trailers);
  const bodies: Record<number, number> = {};
  for (const { kind, direction, stream, payload } of units)
    if (kind === 'http/2 DATA' && direction === 'down' && payload > 0)
      bodies[stream!] = (bodies[stream!] ?? 0) + payload;
  expect(bodies).toEqual(happened.bodies);
  const resets = units.filter(({ kind }) => kind === 'http/2 RST_STREAM');
  expect(resets.map(({ stream, summary }) => [stream, summary])).toEqual(
    happened.resets.map(([id]) => [
      id,
      `RST_STREAM, stream ${id}, ENHANCE_YOUR_CALM: 13 bytes`,
    ]),
  );
  expect(happened.settings).toEqual([
    { headerTableSize: 8_192, initialWindowSize: 65_535 },
  ]);
  const settings = units.find(
    ({ kind, direction }) => kind === 'http/2 SETTINGS' && direction === 'down',
  )!;
  expect(
    fieldsOf(settings, bytesOf(settings, whole.down))
      .slice(4)
      .map(({ label, value }) => [label, value]),
  ).toEqual([['HEADER_TABLE_SIZE', '8,192']]);
}
