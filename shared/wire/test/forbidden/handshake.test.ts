/** The handshake of WebSocket, held against `ws` and Node's own WebSocket. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { WebSocket as WsSocket, WebSocketServer } from 'ws';
import { sha1 } from '../../websocket/sha1.ts';
import type { Step } from '../cuts.ts';
import { fixedCases } from '../random-cases.ts';
import { portOf } from '../relay.ts';
import { casesOf, latin1Bytes } from './case.ts';
import { answerTo, HANDSHAKES, OFFERED } from './handshake-cases.ts';
import { expectSaid, judge, problemsOf } from './judge.ts';

test('SHA-1 is that of OpenSSL', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const wanted = createHash('sha1').update(bytes).digest('hex');
      expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(wanted);
    }),
    fixedCases(1_000),
  );
});

describe('What a client may not ask is named:', () => {
  const requests = casesOf(String.raw`
allowed
  as it should be | GET /chat HTTP/1.1⏎Host: a⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Version: 13⏎⏎
  in other letters | GET /chat HTTP/1.1⏎Host: a⏎UPGRADE: WebSocket⏎connection: keep-alive, upgrade⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Version: 13⏎⏎

RFC 6455, 4.1
  without a key | GET /chat HTTP/1.1⏎Host: a⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Version: 13⏎⏎ | expected a Sec-WebSocket-Key of 16 bytes in Base64, found none
  with a key of another length | GET /chat HTTP/1.1⏎Host: a⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Key: YQ==⏎Sec-WebSocket-Version: 13⏎⏎ | found "YQ=="
  without a version | GET /chat HTTP/1.1⏎Host: a⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎⏎ | expected Sec-WebSocket-Version 13, found none
  with another version | GET /chat HTTP/1.1⏎Host: a⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Version: 7⏎⏎ | found "7"
  with POST | POST /chat HTTP/1.1⏎Host: a⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Version: 13⏎⏎ | expected GET in the handshake of a WebSocket, found "POST"
  over HTTP/1.0 | GET /chat HTTP/1.0⏎Host: a⏎Upgrade: websocket⏎Connection: Upgrade⏎Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==⏎Sec-WebSocket-Version: 13⏎⏎ | found HTTP/1.0`);
  test.each(requests)('$title', (one) => {
    const problems = problemsOf([['up', latin1Bytes(one.sent)]]);
    if (one.section === undefined) expect(problems).toEqual([]);
    else expectSaid(one, problems);
  });
});

describe('What a client may not offer is named:', () => {
  const whole =
    'GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n';
  const requests: [line: string, says: string, section: string][] = [
    ['Protocol: a, b', '', ''],
    ['Protocol: a, a', 'expected each subprotocol once', 'RFC 6455, 4.1'],
    ['Protocol: a b', 'expected names of subprotocols', 'RFC 6455, 4.1'],
    ['Protocol:', 'expected names of subprotocols', 'RFC 6455, 4.1'],
    ['Extensions: permessage-deflate; client_max_window_bits', '', ''],
    ['Extensions: x; y=1, permessage-deflate', '', ''],
    ['Extensions: ,', 'expected names of extensions', 'RFC 6455, 9.1'],
    [
      'Extensions: permessage-deflate; server_max_window_bits',
      'server_max_window_bits from 8 to 15',
      'RFC 7692, 7.1',
    ],
    [
      'Extensions: permessage-deflate; x',
      'expected a parameter of permessage-deflate, found "x"',
      'RFC 7692, 7.1',
    ],
  ];
  test.each(requests)('Sec-WebSocket-%s', async (line, says, section) => {
    const sent = `${whole}Sec-WebSocket-${line}\r\n\r\n`;
    const problems = problemsOf([['up', latin1Bytes(sent)]]);
    if (says === '') expect(problems).toEqual([]);
    else expectSaid({ title: line, says, section }, problems);

    // `ws` as a server sees it alike.
    const server = new WebSocketServer({
      host: '127.0.0.1',
      port: 0,
      perMessageDeflate: true,
    });
    await once(server, 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(sent);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    server.close();
    expect(/^HTTP\/1\.1 (\d+)/.exec(answer.toString())?.[1]).toBe(
      says === '' ? '101' : '400',
    );
  });

  test('(those that were masked may have been different ones)', () => {
    const sent = `${whole}Sec-WebSocket-Protocol: a, ***, ***\r\n\r\n`;
    expect(problemsOf([['up', latin1Bytes(sent)]])).toEqual([]);
  });

  const accepted: [offer: string, answer: string, fits: boolean][] = [
    ['', '', true],
    ['', 'client_max_window_bits=10', false],
    ['client_max_window_bits=10', 'client_max_window_bits=11', false],
    ['client_max_window_bits=10', 'client_max_window_bits=9', true],
    ['server_no_context_takeover', '', false],
    ['server_no_context_takeover', 'server_no_context_takeover', true],
    ['server_max_window_bits=10', '', false],
    ['server_max_window_bits=10', 'server_max_window_bits=10', true],
    ['', 'server_max_window_bits=10', true],
  ];
  test.each(accepted)('to "%s" the response is "%s"', (offer, answer, fits) => {
    const list = (parameters: string): string =>
      `Sec-WebSocket-Extensions: permessage-deflate${parameters && `; ${parameters}`}\r\n\r\n`;
    const sent = `${whole}${list(offer)}`;
    const head =
      'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n';
    const problems = problemsOf([
      ['up', latin1Bytes(sent)],
      ['down', latin1Bytes(answerTo(sent, `${head}${list(answer)}`))],
    ]);
    if (fits) expect(problems).toEqual([]);
    else
      expectSaid(
        {
          title: answer,
          says: 'that fit what the client has offered',
          section: 'RFC 7692, 7.1',
        },
        problems,
      );
  });
});

describe('What a server may not respond is named', () => {
  let server: Server;
  let answer = '';
  let steps: Step[] = [];

  beforeAll(async () => {
    server = createServer((socket) => {
      // A client that refuses the response may reset the connection.
      socket.on('error', () => undefined);
      socket.once('data', (piece: Buffer) => {
        const made = latin1Bytes(answerTo(piece.toString('latin1'), answer));
        steps = [
          ['up', Uint8Array.from(piece)],
          ['down', made],
        ];
        socket.write(made);
        // A close frame, so that one that is open ends as well.
        socket.end(Uint8Array.of(0x88, 0));
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });

  afterAll(() => {
    server.close();
  });

  type Opens = (url: string) => Promise<string | undefined>;
  const clients: [string, Opens][] = [
    [
      'ws',
      async (url) => {
        const socket = new WsSocket(url, OFFERED);
        return await new Promise((resolve) => {
          socket.on('open', () => resolve(undefined));
          socket.on('error', ({ message }) => resolve(message));
        });
      },
    ],
    [
      'Node',
      async (url) => {
        const socket = new WebSocket(url, OFFERED);
        return await new Promise((resolve) => {
          socket.addEventListener('open', () => resolve(undefined));
          socket.addEventListener('error', () => resolve('refused'));
        });
      },
    ],
  ];
  let refusals = 0;
  describe.each(clients)('to %s:', (_, opens) => {
    test.each(HANDSHAKES)('$title', async (one) => {
      answer = one.sent;
      const refused = await opens(`ws://127.0.0.1:${portOf(server)}/`);
      if (refused !== undefined) refusals++;
      const problems = problemsOf(steps);
      judge(one, problems, refused);
      if (one.section !== undefined) expectSaid(one, problems);
    });
  });

  test('(they have refused most of those)', () => {
    expect(refusals).toBeGreaterThan(12);
  });
});
