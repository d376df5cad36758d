import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import tls from 'node:tls';
import {
  certificateFile,
  localCertificate,
} from '@on-the-wire/system/certificates/certificates.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { runTap, type RunTapOptions } from '../run-tap.ts';

const closing = closingAfterEach();

const options = { wire: 'lines', faults: [] } as const;

async function refusal(target: string, more: Partial<RunTapOptions> = {}) {
  const error = await runTap(target, { ...options, ...more }, () => {}).catch(
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UsageError);
  const { message, exitCode } = error as UsageError;
  return [exitCode, message];
}

describe('the tap in front of a program', () => {
  test('hands on what is asked and answered, and prints it', async () => {
    const server = createServer((_request, response) => response.end('Zug'));
    const { port } = await listen(server);
    closing.push(() => server.close());
    const lines: string[] = [];
    const running = await runTap(
      `http://127.0.0.1:${port}`,
      { ...options, port: await freePort() },
      (line) => lines.push(line),
    );
    closing.push(() => server.closeAllConnections(), running.stop);
    const answer = await fetch(`${running.address}platform?n=7`);
    expect(await answer.text()).toBe('Zug');
    const text = lines.join('\n');
    expect(text).toMatch(
      /#1 {2}→ GET \/platform\?n=7: request line and headers, \d+ bytes/,
    );
    expect(text).toMatch(/#1 {2}← 200 OK: status line and headers, \d+ bytes/);
  });

  test.each(['http://', ''])(
    'shows no password of the target %suser:password@…, nor saves it',
    async (scheme) => {
      const server = createServer((_request, response) => response.end('Zug'));
      const { port } = await listen(server);
      closing.push(() => server.close());
      const { shown, address, page, stop } = await runTap(
        `${scheme}me:Zq7Xw9Kv2@127.0.0.1:${port}`,
        { ...options, page: true, port: await freePort() },
        () => {},
      );
      closing.push(() => server.closeAllConnections(), stop);
      expect(shown).toBe(`${scheme}${'*'.repeat(12)}@127.0.0.1:${port}`);
      expect(address).not.toContain('Zq7X');
      for (const path of ['', 'wire/run.html']) {
        // The next page may be at the same port.
        const headers = { connection: 'close' };
        const answer = await fetch(`${page}${path}`, { headers });
        const text = await answer.text();
        expect(text).toContain(shown);
        expect(text).not.toContain('Zq7X');
      }
    },
  );

  test('refuses a target that is not on this machine', async () => {
    // TEST-NET-1 (RFC 5737): an address that belongs to nobody.
    const tells =
      'A tap reads all that goes through it: with --remote you say that you may.';
    expect(await refusal('http://192.0.2.1')).toEqual([
      2,
      `"192.0.2.1" is not this machine. ${tells}`,
    ]);
    const ask = () => Promise.resolve([{ address: '192.0.2.1' }]);
    expect(await refusal('http://app.test', { resolve: ask })).toEqual([
      2,
      `"app.test" is 192.0.2.1, which is not this machine. ${tells}`,
    ]);
  });

  test('says what to do with a name that has no address', async () => {
    const ask = () => Promise.reject(new Error('not found'));
    expect(await refusal('http://app.test', { resolve: ask })).toEqual([
      1,
      '"app.test" has no address: not found. If it should lead to this ' +
        'machine, add the line "127.0.0.1 app.test" to the hosts file.',
    ]);
  });

  /** A tap before a target that says "Zug", and the lines that it printed. */
  async function tapBefore(target: string, more: Partial<RunTapOptions> = {}) {
    const lines: string[] = [];
    const running = await runTap(
      target,
      { ...options, port: await freePort(), ...more },
      (line) => lines.push(line),
    );
    closing.push(running.stop);
    return { ...running, lines };
  }

  async function zug() {
    const server = createServer((_request, response) => response.end('Zug'));
    const { port } = await listen(server);
    closing.push(() => server.close());
    return port;
  }

  // What servers say that they listen at, and names that mean this machine.
  test.each(['0', '0.0.0.0', 'localhost', 'LOCALHOST', 'app.localhost'])(
    'reaches a server on this machine as %s',
    async (host) => {
      const port = await zug();
      for (const scheme of ['http://', 'h2c://', '']) {
        const { tap } = await tapBefore(`${scheme}${host}:${port}`);
        const url = `http://127.0.0.1:${tap.port}/`;
        const response = await fetch(url, { headers: { connection: 'close' } });
        expect(await response.text()).toBe('Zug');
      }
    },
  );

  test.each([
    ['3000', 'http://127.0.0.1:PORT/'],
    ['localhost:3000', 'http://127.0.0.1:PORT/'],
    ['http://a.localhost:1', 'http://a.localhost:PORT/'],
    ['a.localhost:1/app?x=1#y', 'http://a.localhost:PORT/app?x=1#y'],
    ['http://shop.test:1/app?x=1#y', 'http://shop.test:PORT/app?x=1#y'],
    ['http://six.test:1', 'http://127.0.0.1:PORT/'],
    ['https://shop.test:1/app', 'https://127.0.0.1:PORT/app'],
    ['ws://shop.test:1/chat', 'ws://shop.test:PORT/chat'],
    ['redis://shop.test:1/0', 'redis://127.0.0.1:PORT/0'],
    ['tcp://localhost:1', 'tcp://127.0.0.1:PORT'],
    ['http://localhost:1/?token=Zq7X', 'http://127.0.0.1:PORT/?token=****'],
    ['/tmp/x.sock', 'http://127.0.0.1:PORT/'],
    ['http+unix://%2Fx.sock/v1', 'http://127.0.0.1:PORT/v1'],
  ])('in place of %s opens %s', async (target, expected) => {
    const names: Record<string, string> = { 'six.test': '::1' };
    const { address, tap } = await tapBefore(target, {
      resolve: (name) =>
        Promise.resolve([{ address: names[name] ?? '127.0.0.1' }]),
    });
    expect(address).toBe(expected.replace('PORT', String(tap.port)));
  });

  test('gives a program the password that it shows nobody', async () => {
    const { url, address, tap } = await tapBefore('redis://:Zq7X@localhost/0');
    expect(address).toBe(`redis://127.0.0.1:${tap.port}/0`);
    expect(url).toBe(`redis://:Zq7X@127.0.0.1:${tap.port}/0`);
  });

  test('says where it listens if no scheme says what is spoken', async () => {
    const { plain, tap } = await tapBefore('localhost:1883');
    expect(plain).toBe(`127.0.0.1:${tap.port}`);
    expect((await tapBefore('mqtt://localhost')).plain).toBeUndefined();
  });

  test('reaches a server at a Unix socket', async () => {
    if (process.platform === 'win32') return; // It has none that Node knows.
    const folder = mkdtempSync(join(tmpdir(), 'tap-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const socket = join(folder, 'x.sock');
    const server = createServer((_request, response) => response.end('Zug'));
    await once(server.listen(socket), 'listening');
    closing.push(() => server.close());
    for (const target of [socket, `http://unix:${socket}:/platform`]) {
      const { address } = await tapBefore(target);
      const headers = { connection: 'close' };
      expect(await (await fetch(address, { headers })).text()).toBe('Zug');
    }
    const { address, lines } = await tapBefore(join(folder, 'y.sock'));
    await expect(fetch(address)).rejects.toThrow('fetch failed');
    expect(lines.join('\n')).toMatch(/← connect ENOENT .*y\.sock/);
  });

  test('speaks TLS to what is no HTTP, both ways', async () => {
    const pair = await localCertificate();
    const server = tls.createServer(pair, (socket) => socket.pipe(socket));
    const { port } = await listen(server);
    closing.push(() => server.close());
    for (const scheme of ['tls', 'mqtts', 'rediss']) {
      const { tap } = await tapBefore(`${scheme}://localhost:${port}`);
      const client = tls.connect({ port: tap.port, ca: pair.cert });
      await once(client, 'secureConnect');
      client.write('Gleis 7');
      expect(String((await once(client, 'data'))[0])).toBe('Gleis 7');
      client.destroy();
    }
  });

  test('reaches [::] at ::1', async () => {
    const { lines, address } = await tapBefore('http://[::]:1');
    await fetch(address).catch(() => {});
    expect(lines.join('\n')).toMatch(/← connect E\w+ ::1:1/);
  });

  test('looks at the address of a name whenever it dials', async () => {
    const port = await zug();
    let address = '127.0.0.1';
    const ask = () => Promise.resolve([{ address }]);
    const tap = await tapBefore(`http://app.test:${port}`, { resolve: ask });
    const url = `http://127.0.0.1:${tap.tap.port}/`;
    const get = () => fetch(url, { headers: { connection: 'close' } });
    expect(await (await get()).text()).toBe('Zug');
    address = '192.0.2.1';
    await expect(get()).rejects.toThrow('fetch failed');
    expect(tap.lines.join('\n')).toContain(
      '← "app.test" is 192.0.2.1, which is not this machine',
    );
    address = '127.0.0.1';
    expect(await (await get()).text()).toBe('Zug');
  });

  test('says so where TLS is spoken to it, and it was told to speak none', async () => {
    const tap = await tapBefore(`http://127.0.0.1:${await zug()}`);
    const ended = once(tap.tap, 'close');
    await fetch(`https://localhost:${tap.tap.port}/`).catch(() => {});
    await ended;
    expect(tap.lines.join('\n')).toMatch(
      /→ TLS ClientHello for localhost: [\d,]+ bytes {2}! the client began a TLS handshake \(https:\) for localhost, and only plain text is decoded here/,
    );
  });

  test('says once where a server that expects TLS says nothing at all', async () => {
    const server = createSecureServer(await localCertificate());
    const { port } = await listen(server);
    closing.push(() => server.close());
    const tap = await tapBefore(`http://127.0.0.1:${port}`);
    for (let times = 0; times < 2; times += 1) {
      const closed = once(tap.tap, 'close');
      await fetch(tap.address).catch(() => {});
      await closed;
    }
    const ends = tap.lines.filter((line) => line.includes('· ← '));
    expect(ends.map((line) => line.slice(line.indexOf('←')))).toEqual([
      `← FIN, without a byte before it. If it speaks TLS, start the tap with https://127.0.0.1:${port}`,
      '← FIN: closed in this direction',
    ]);
  });

  test('says once how a client could trust it', async () => {
    const server = createSecureServer(await localCertificate());
    const { port } = await listen(server);
    closing.push(() => server.close());
    const tap = await tapBefore(`https://localhost:${port}`);
    for (let times = 0; times < 3; times += 1) {
      const closed = once(tap.tap, 'close');
      await fetch(tap.address).catch(() => {});
      await closed;
    }
    const told = tap.lines.filter((line) => line.includes('perhaps it does'));
    expect(told).toHaveLength(3);
    const file = relative(
      process.env['INIT_CWD'] ?? process.cwd(),
      certificateFile,
    );
    expect(told[0]).toContain(
      `NODE_EXTRA_CA_CERTS=${file}, curl with --cacert`,
    );
    expect(told[0]).toMatch(/press Advanced, then Proceed to 127\.0\.0\.1/);
    expect(told[1]).not.toContain('NODE_EXTRA_CA_CERTS');
    expect(told[2]).not.toContain('NODE_EXTRA_CA_CERTS');
  });

  test('names the port that is in use', async () => {
    const server = createServer();
    const { port } = await listen(server);
    closing.push(() => server.close());
    expect(await refusal('localhost:1', { port })).toEqual([
      1,
      `Port ${port} is in use. Name another, or leave --port out.`,
    ]);
  });
});
