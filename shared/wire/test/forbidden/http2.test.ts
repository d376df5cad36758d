/**
 * What HTTP/2 forbids is said, with its section: whatever node:http2 refuses,
 * and more. What is allowed is no problem.
 */
import { once } from 'node:events';
import {
  connect as connectHttp2,
  createServer,
  type Http2Server,
} from 'node:http2';
import {
  connect,
  createServer as createTcp,
  type Server,
  type Socket,
} from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { concat } from '../../bytes.ts';
import { http2Decoder, PREFACE } from '../../http2/decoder.ts';
import type { Direction } from '../../unit.ts';
import { decode, text, type Step } from '../cuts.ts';
import { portOf } from '../relay.ts';
import { BEGIN, down, field, frame, up } from '../vectors/http2-frames.ts';
import { CLIENT, SERVER, type Http2Case } from './http2-cases.ts';
import { expectSaid, judge, problemsIn } from './judge.ts';

const named = (cases: Http2Case[]) =>
  cases.map((one) => [one.title, one] as const);
const isForbidden = ({ section }: Http2Case): boolean => section !== undefined;
const REQUEST = up('01 05 1', '828684 410161');

function problemsOf(steps: readonly Step[]): string[] {
  return problemsIn(decode(http2Decoder, steps));
}

describe('What a client may not send is named:', () => {
  test.each(named(CLIENT.filter(isForbidden)))('%s', (_, one) => {
    expectSaid(one, problemsOf([...BEGIN, ...one.sent]));
  });
});

describe('What a server may not send is named:', () => {
  test.each(named(SERVER.filter(isForbidden)))('%s', (_, one) => {
    expectSaid(one, problemsOf([...BEGIN, REQUEST, ...one.sent]));
  });
});

test.each(['HEADERS', 'DATA'])('the first frame is not %s', (name) => {
  const first = name === 'DATA' ? up('00 01 1', text('hi')) : REQUEST;
  expect(problemsOf([['up', text(PREFACE)], first])).toEqual([
    `expected SETTINGS as the first frame, found ${name} (RFC 9113, 3.4)`,
  ]);
});

test('DATA in the response to HEAD is named', () => {
  const head = up('01 05 1', field(':method', 'HEAD'), '8684 410161');
  const length = down('01 04 1', '88', field('content-length', '2'));
  expect(problemsOf([...BEGIN, head, length, down('00 01 1')])).toEqual([]);
  expect(
    problemsOf([...BEGIN, head, length, down('00 01 1', text('hi'))]),
  ).toEqual(['expected no DATA in the response to HEAD (RFC 9110, 9.3.2)']);
});

interface Frame {
  type: number;
  flags: number;
  payload: Buffer;
}

/** The frames in what a peer has sent, after the client's preface. */
function framesIn(all: Buffer, direction: Direction): Frame[] {
  const frames: Frame[] = [];
  let at = direction === 'up' ? PREFACE.length : 0;
  while (at + 9 <= all.length) {
    const length = all.readUIntBE(at, 3);
    const payload = all.subarray(at + 9, at + 9 + length);
    frames.push({ type: all[at + 3]!, flags: all[at + 4]!, payload });
    at += 9 + length;
  }
  return frames;
}

const HEADERS = 1;
const RST_STREAM = 3;
const PING = 6;
const GOAWAY = 7;
const REFUSED_STREAM = 7;
const CANCEL = 8;

/** The error that a peer has named; undefined if it is content. */
function refusalIn(frames: Frame[]): string | undefined {
  const codes = frames.flatMap(({ type, payload }) => {
    if (type === GOAWAY) return [payload.readUInt32BE(4)];
    if (type === RST_STREAM) return [payload.readUInt32BE(0)];
    return [];
  });
  const worst = codes.find(
    (code) => ![0, CANCEL, REFUSED_STREAM].includes(code),
  );
  return worst === undefined ? undefined : `error ${worst}`;
}

const LAST_PING = frame('06 00 0', '6c61737400000000');

/** Sends, then a PING, and reads until it is acknowledged or all is over. */
async function conversation(
  socket: Socket,
  pieces: Uint8Array[],
  direction: Direction,
): Promise<Buffer> {
  let got = Buffer.alloc(0);
  // A server says nothing before it is asked.
  let waits = direction === 'up';
  const send = (): void => {
    socket.write(concat(pieces));
    socket.write(LAST_PING);
  };
  const done = new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.on('data', (piece: Buffer) => {
      got = Buffer.concat([got, piece]);
      const frames = framesIn(got, direction);
      if (waits && frames.some(({ type }) => type === HEADERS)) {
        waits = false;
        send();
      }
      const isAnswered = frames.some(
        ({ type, flags, payload }) =>
          type === PING && flags === 1 && payload.toString().startsWith('last'),
      );
      if (isAnswered) resolve();
    });
  });
  // A peer that refuses may reset the connection.
  socket.on('error', () => undefined);
  if (!waits) send();
  await done;
  socket.destroy();
  return got;
}

describe('node:http2 refuses nothing of a client that is not named', () => {
  let server: Http2Server;

  beforeAll(async () => {
    server = createServer();
    server.on('stream', (stream) => {
      stream.on('error', () => undefined);
      stream.resume();
    });
    server.on('sessionError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    server.close();
  });

  let refusals = 0;
  test.each(named(CLIENT))('%s', async (_, one) => {
    const socket = connect(portOf(server), '127.0.0.1');
    const begin = [text(PREFACE), frame('04 00 0')];
    const sent = one.sent.map(([, piece]) => piece);
    const got = await conversation(socket, [...begin, ...sent], 'down');
    const refused = refusalIn(framesIn(got, 'down'));
    if (refused !== undefined) refusals++;
    judge(one, problemsOf([...BEGIN, ...one.sent]), refused);
  });

  test('(it has refused most of those)', () => {
    expect(refusals).toBeGreaterThan(50);
  });
});

describe('node:http2 refuses nothing of a server that is not named', () => {
  let server: Server;
  let sent: Uint8Array[] = [];
  let got: Promise<Buffer> = Promise.resolve(Buffer.alloc(0));

  beforeAll(async () => {
    server = createTcp((socket) => {
      const begin = [frame('04 00 0'), frame('04 01 0')];
      got = conversation(socket, [...begin, ...sent], 'up');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    server.close();
  });

  let refusals = 0;
  test.each(named(SERVER))('%s', async (_, one) => {
    sent = one.sent.map(([, piece]) => piece);
    const client = connectHttp2(`http://127.0.0.1:${portOf(server)}`);
    // What it says is read from its frames; an error is none of this test.
    client.on('error', () => undefined);
    const closed = new Promise((resolve) => client.on('close', resolve));
    const stream = client.request({ ':path': '/' });
    stream.on('error', () => undefined).resume();
    await closed;
    const refused = refusalIn(framesIn(await got, 'up'));
    if (refused !== undefined) refusals++;
    judge(one, problemsOf([...BEGIN, REQUEST, ...one.sent]), refused);
  });

  test('(it has refused most of those)', () => {
    expect(refusals).toBeGreaterThan(10);
  });
});

describe('Nothing is said that might only be late:', () => {
  const allowed = (...steps: Step[]): void => {
    expect(problemsOf([...BEGIN, ...steps])).toEqual([]);
  };
  const post = up('01 04 1', '838684 410161');

  test('a window that became smaller while data was on its way', () => {
    allowed(
      post,
      down('04 00 0', '0004 00000000'),
      up('00 00 1', text('on its way')),
      up('04 01 0'),
      up('04 01 0'),
    );
  });

  test('more streams than a limit that is on its way', () => {
    allowed(
      post,
      down('04 00 0', '0003 00000001'),
      up('01 04 3', '838684 410161'),
      up('04 01 0'),
      up('04 01 0'),
    );
  });

  test('a promise while the setting against it is on its way', () => {
    allowed(
      post,
      up('04 00 0', '0002 00000000'),
      down('05 04 1', '00000002', '828684 410161'),
    );
  });

  test('data after the other side has reset the stream', () => {
    allowed(post, down('03 00 1', '00000008'), up('00 01 1', text('late')));
  });

  test('fields that cannot be read: what follows is not judged', () => {
    const steps = [
      ...BEGIN,
      up('01 04 1', 'ff00'),
      up('00 01 1', text('hi')),
      up('01 05 3', '82'),
      down('00 01 1', text('hi')),
    ];
    expect(problemsOf(steps).length).toBe(2);
  });
});

test('what was agreed upon counts from its acknowledgement on', () => {
  const post = up('01 04 1', '838684 410161');
  const other = up('01 04 3', '838684 410161');
  const settings = [
    down('04 00 0', '0003 00000001 0004 00000004'),
    up('04 01 0'),
    up('04 01 0'),
  ];
  const steps: Step[] = [
    ...BEGIN,
    post,
    ...settings,
    up('00 00 1', text('five!')),
    other,
  ];
  expect(problemsOf(steps)).toEqual([
    'expected at most 4 bytes, as the window allows, found 5 (RFC 9113, 6.9.1)',
    'expected at most 1 open streams, found 2 (RFC 9113, 5.1.2)',
  ]);
});

test('a promise after the client has forbidden it', () => {
  const steps: Step[] = [
    ...BEGIN,
    down('04 01 0'),
    up('04 00 0', '0002 00000000'),
    down('04 01 0'),
    REQUEST,
    down('05 04 1', '00000002', '828684 410161'),
  ];
  expect(problemsOf(steps)).toEqual([
    'expected no PUSH_PROMISE, as the client has set ENABLE_PUSH to 0 (RFC 9113, 6.6)',
  ]);
});
