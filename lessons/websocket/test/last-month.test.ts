/** Tabs that were opened last month, and those of next month. */
import { describe, expect, test } from '@jest/globals';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { read } from '../page/incoming.ts';
import { ask, closing, openClient, start } from './clients.ts';

describe('the server', () => {
  test.each(['board.v2, board.v1', 'board.v1,board.v0'])(
    'picks the version that it speaks from %s',
    async (offered) => {
      const { port } = await start();
      const client = await rawClient(port);
      client.send(ask({ 'Sec-WebSocket-Protocol': offered }));
      const head = await client.until('\r\n\r\n');
      expect(head).toContain('\r\nSec-WebSocket-Protocol: board.v1\r\n');
      client.socket.destroy();
    },
  );

  test.each([
    ['board.v0', 'board.v0'],
    ['chat, board.v2, board.v0', 'board.v2'],
  ])(
    'lets in %s, and closes with 4426 and nothing before, in these bytes',
    async (offered, picked) => {
      const { port, feed } = await start();
      const client = await rawClient(port);
      client.send(ask({ 'Sec-WebSocket-Protocol': offered }));
      await client.until('reload the page');
      expect(client.received).toBe(
        'HTTP/1.1 101 Switching Protocols\r\n' +
          'Upgrade: websocket\r\n' +
          'Connection: Upgrade\r\n' +
          'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n' +
          `Sec-WebSocket-Protocol: ${picked}\r\n` +
          '\r\n' +
          // 4426 is 0x114a; 44 bytes of a reason, and 2 of the code.
          '\x88\x2e\x11\x4aThis server speaks board.v1: reload the page',
      );
      expect(feed.listenerCount('update')).toBe(0);
      // What it still sends is not carried out: a ping gets no pong.
      client.send('\x81\x8f\0\0\0\0{"kind":"ping"}');
      client.send('\x88\x82\0\0\0\0\x11\x4a');
      await client.closed;
      expect(client.received).not.toContain('pong');
    },
  );

  test('ends one that returns no close frame, when it ends itself', async () => {
    const { port, close } = await start();
    const client = await rawClient(port);
    client.send(ask({ 'Sec-WebSocket-Protocol': 'board.v0' }));
    await client.until('reload the page');
    await close();
    await client.closed;
  });

  test('does what it knows of a newer tab, and refuses the rest by a message', async () => {
    const { port, origin, feed } = await start();
    const pass = await fetch(`${origin}/sign-in`, { method: 'POST' });
    const [cookie] = pass.headers.get('Set-Cookie')!.split(';');
    const client = await openClient(port, '', { headers: { Cookie: cookie } });
    closing.push(() => client.socket.terminate());
    const { train } = feed.snapshot().data.departures[0]!;
    const newer = [
      { kind: 'ping', at: 17, v: 2 },
      { kind: 'platform', train, to: '7' },
      { kind: 'delay', train, minutes: 5, cause: 'snow', v: 2 },
    ];
    for (const message of newer) client.socket.send(JSON.stringify(message));
    await client.until(() => client.numbers().length === 1);
    const kinds = client.texts.slice(2).map(({ kind }) => kind);
    expect(kinds).toEqual(['pong', 'error', 'departure']);
    expect(feed.snapshot().data.departures[0]).toMatchObject({ delay: 5 });
  });
});

describe('the page reads', () => {
  const known = [
    { kind: 'hello', staff: false, rate: 'night' },
    { kind: 'expires', inMs: 20_000 },
    { kind: 'announcement', id: 'a-1', data: { n: 1, number: 1, text: 'x' } },
  ];

  test.each(known)('a message with fields added, too: $kind', (message) => {
    const added = { ...message, since: 'next month', deep: { er: [1] } };
    expect(read(JSON.stringify(message))).toEqual(message);
    expect(read(JSON.stringify(added))).toEqual(added);
  });

  test('what the server sends, all of it', async () => {
    const { port, feed } = await start();
    const client = await openClient(port);
    for (let n = 0; n < 500; n += 1) feed.next();
    await client.until(() => client.numbers().length === 500);
    for (const told of client.texts)
      expect(read(JSON.stringify(told))).toEqual(told);
  });

  test('nothing else, whatever it is', () => {
    const wrong = [
      '',
      '{',
      'null',
      '7',
      '"hello"',
      '[]',
      '[{"kind":"hello","staff":true,"rate":"night"}]',
      '{}',
      '{"kind":null}',
      '{"kind":"__proto__"}',
      '{"kind":"constructor","inMs":1}',
      '{"kind":"weather","id":"a-1","data":{}}',
      '{"kind":"expires"}',
      '{"kind":"expires","inMs":"20000"}',
      '{"kind":"expires","inMs":null}',
      '{"kind":"hello","staff":1,"rate":"night"}',
      '{"kind":"snapshot","id":"a-1","data":null}',
      '{"kind":"snapshot","id":"a-1","data":{"run":"a","n":1}}',
      '{"kind":"snapshot","id":"a-1","data":{"run":"a","n":1,"departures":{}}}',
      '{"kind":"snapshot","id":"a-1","data":{"run":"a","n":1,"departures":[{}]}}',
      '{"kind":"announcement","id":1,"data":{"n":1,"number":1,"text":"x"}}',
    ];
    expect(wrong.map((text) => read(text))).toEqual(wrong.map(() => undefined));
  });
});
