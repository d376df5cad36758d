/** The handshake of WebSocket, held against `ws` and Node's own WebSocket. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { WebSocket as WsSocket } from 'ws';
import { sha1 } from '../../sha1.ts';
import type { Step } from '../cuts.ts';
import { fixedCases } from '../random-cases.ts';
import { portOf } from '../relay.ts';
import { latin1Bytes, type Case } from './case.ts';
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

const start = 'GET /chat HTTP/1.1\r\nHost: a\r\n';
const upgrade = 'Upgrade: websocket\r\nConnection: Upgrade\r\n';
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
const version = 'Sec-WebSocket-Version: 13\r\n';

describe('What a client may not ask is named:', () => {
  const requests: [title: string, sent: string, says: string][] = [
    ['as it should be', `${start}${upgrade}${key}${version}\r\n`, ''],
    [
      'in other letters',
      `${start}UPGRADE: WebSocket\r\nconnection: keep-alive, upgrade\r\n${key}${version}\r\n`,
      '',
    ],
    [
      'without a key',
      `${start}${upgrade}${version}\r\n`,
      'expected a Sec-WebSocket-Key of 16 bytes in Base64, found none',
    ],
    [
      'with a key of another length',
      `${start}${upgrade}Sec-WebSocket-Key: YQ==\r\n${version}\r\n`,
      'found "YQ=="',
    ],
    [
      'without a version',
      `${start}${upgrade}${key}\r\n`,
      'expected Sec-WebSocket-Version 13, found none',
    ],
    [
      'with another version',
      `${start}${upgrade}${key}Sec-WebSocket-Version: 7\r\n\r\n`,
      'found "7"',
    ],
    [
      'with POST',
      `${start.replace('GET', 'POST')}${upgrade}${key}${version}\r\n`,
      'expected GET where a WebSocket is asked for, found "POST"',
    ],
    [
      'over HTTP/1.0',
      `${start.replace('/1.1', '/1.0')}${upgrade}${key}${version}\r\n`,
      'found HTTP/1.0',
    ],
  ];
  test.each(requests)('%s', (title, sent, says) => {
    const problems = problemsOf([['up', latin1Bytes(sent)]]);
    if (says === '') expect(problems).toEqual([]);
    else expectSaid({ title, sent, says, section: 'RFC 6455 4.1' }, problems);
  });
});

describe('What a server may not answer is named', () => {
  let server: Server;
  let answer = '';
  let steps: Step[] = [];

  beforeAll(async () => {
    server = createServer((socket) => {
      // Whoever refuses the answer may reset the connection.
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
    test.each(HANDSHAKES.map((one) => [one.title, one] as const))(
      '%s',
      async (title, one) => {
        answer = one.answer;
        const refused = await opens(`ws://127.0.0.1:${portOf(server)}/`);
        if (refused !== undefined) refusals++;
        const problems = problemsOf(steps);
        const asCase: Case = {
          title,
          sent: answer,
          ...(one.section !== undefined && { section: one.section }),
          ...(one.says !== undefined && { says: one.says }),
        };
        judge(asCase, problems, refused);
        if (one.section !== undefined) expectSaid(asCase, problems);
      },
    );
  });

  test('(they have refused most of those)', () => {
    expect(refusals).toBeGreaterThan(12);
  });
});
