/**
 * What HTTP/1.1 forbids is said, with its section: whatever Node refuses, and
 * more. What Node takes and the standard allows is no problem.
 */
import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import {
  connect,
  createServer as createTcp,
  type Server as Tcp,
} from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { http1Decoder } from '../../http1/decoder.ts';
import { bytesOf, describe as fieldsOf } from '../../unit.ts';
import { decode, recorded, text, type Step } from '../cuts.ts';
import { portOf } from '../relay.ts';
import { latin1Bytes, type Case } from './case.ts';
import { REQUESTS, RESPONSES } from './http1-cases.ts';
import { expectSaid, judge, problemsOf } from './judge.ts';

const named = (cases: Case[]) => cases.map((one) => [one.title, one] as const);
const isForbidden = ({ section }: Case): boolean => section !== undefined;

const asked = (method = 'GET'): Step => [
  'up',
  text(`${method} / HTTP/1.1\r\nHost: a\r\n\r\n`),
];

describe('What a client may not send is named:', () => {
  test.each(named(REQUESTS.filter(isForbidden)))('%s', (_, one) => {
    expectSaid(one, problemsOf([['up', latin1Bytes(one.sent)]]));
  });
});

describe('What a server may not send is named:', () => {
  test.each(named(RESPONSES.filter(isForbidden)))('%s', (_, one) => {
    const down: Step = ['down', latin1Bytes(one.sent)];
    expectSaid(one, problemsOf([asked(one.method), down]));
  });
});

describe('Node refuses nothing that is not named', () => {
  let server: Server;
  let refused: string | undefined;

  beforeAll(async () => {
    server = createServer((incoming, response) => {
      incoming.resume().on('end', () => response.end('ok'));
    });
    server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
      refused = code ?? 'an error';
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    server.close();
  });

  let refusals = 0;
  test.each(named(REQUESTS))('of a client: %s', async (_, one) => {
    refused = undefined;
    const socket = connect(portOf(server), '127.0.0.1');
    const answered: Buffer[] = [];
    socket.on('data', (piece: Buffer) => answered.push(piece));
    const sent = latin1Bytes(one.sent);
    socket.end(sent);
    await once(socket, 'close');
    const answer = Buffer.concat(answered);
    const status = /^HTTP\/1\.1 (4\d\d)/m.exec(answer.toString('latin1'))?.[1];
    refused ??= status;
    if (refused !== undefined) refusals++;
    const steps: Step[] = [
      ['up', sent],
      ['down', Uint8Array.from(answer)],
    ];
    judge(one, problemsOf(steps), refused);
  });

  test('(it has refused most of those)', () => {
    expect(refusals).toBeGreaterThan(40);
  });
});

describe('What Node refuses of a server is named', () => {
  let server: Tcp;
  let sent: Uint8Array = new Uint8Array(0);
  let got: Buffer[] = [];

  beforeAll(async () => {
    server = createTcp((socket) => {
      // The client may be gone before all is written: that is its refusal.
      socket.on('error', () => undefined);
      socket.once('data', (piece: Buffer) => {
        got.push(piece);
        socket.end(sent);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    server.close();
  });

  /** What Node's client says of it; undefined if it took all. */
  async function refusalOf(method: string): Promise<string | undefined> {
    const port = portOf(server);
    const asking = request({ host: '127.0.0.1', port, method, agent: false });
    const ended = new Promise<string | undefined>((resolve) => {
      const fails = ({ code }: NodeJS.ErrnoException): void => resolve(code);
      asking.on('error', fails);
      asking.on('upgrade', (_response, socket) => {
        socket.destroy();
        resolve(undefined);
      });
      asking.on('response', (response) => {
        response.on('error', fails).resume();
        // An error of the bytes behind it comes after its end.
        response.on('close', () =>
          asking.once('close', () => resolve(undefined)),
        );
      });
    });
    asking.end();
    return await ended;
  }

  let refusals = 0;
  test.each(named(RESPONSES))('%s', async (_, one) => {
    sent = latin1Bytes(one.sent);
    got = [];
    const refused = await refusalOf(one.method ?? 'GET');
    if (refused !== undefined) refusals++;
    const steps: Step[] = [
      ['up', Uint8Array.from(Buffer.concat(got))],
      ['down', sent],
    ];
    judge(one, problemsOf(steps), refused);
  });

  test.each(named(RESPONSES))('fetch: %s', async (_, one) => {
    sent = latin1Bytes(one.sent);
    got = [];
    const options = {
      method: one.method ?? 'GET',
      redirect: 'manual',
    } as const;
    const refused = await fetch(`http://127.0.0.1:${portOf(server)}/`, options)
      .then(async (response) => await response.text())
      .then(
        () => undefined,
        ({ cause }: Error) => String(cause),
      );
    const steps: Step[] = [
      ['up', Uint8Array.from(Buffer.concat(got))],
      ['down', sent],
    ];
    // It takes a 100 only if it has sent `Expect`; RFC 9110, 15.2 wants it taken
    // always.
    const isItsOwn = one.title === 'a 100 before';
    judge(one, problemsOf(steps), isItsOwn ? undefined : refused);
  });

  test('(it has refused most of those)', () => {
    expect(refusals).toBeGreaterThan(20);
  });
});

test('a line end is shown as it is', () => {
  const steps: Step[] = [
    asked(),
    [
      'down',
      text(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi\n0\r\n\r\n',
      ),
    ],
  ];
  const ends = decode(http1Decoder, steps)
    .filter(({ kind }) => kind.includes('chunk'))
    .flatMap((unit) => fieldsOf(unit, bytesOf(unit, recorded(steps).down)))
    .filter(({ label }) => label === 'line end')
    .map(({ value }) => value);
  expect(ends).toEqual(['LF', 'LF', 'CR LF']);
});

test('a body after the response to HEAD is told at its first byte', () => {
  const decoder = http1Decoder();
  decoder.feed('up', text('HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'));
  decoder.feed('down', text('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n'));
  const [unit] = decoder.feed('down', text('hi'));
  expect(unit?.problem).toBe(
    'expected no body after the response to HEAD, found 0x68 ("h") (RFC 9110, 9.3.2)',
  );
});
