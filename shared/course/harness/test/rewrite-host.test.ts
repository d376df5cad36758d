import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type IncomingMessage, request } from 'node:http';
import { connect, createSecureServer } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { WebSocket, WebSocketServer } from 'ws';
import { runTap, type RunTapOptions } from '../run-tap.ts';

const closing = closingAfterEach();

async function tapBefore(target: string, more: Partial<RunTapOptions> = {}) {
  const lines: string[] = [];
  const running = await runTap(
    target,
    { wire: 'lines', faults: [], port: await freePort(), ...more },
    (line) => lines.push(line),
  );
  closing.push(running.stop);
  return { ...running, lines };
}

/** A server of two names, as nginx has them: others get a 403. */
async function shop(status = 403) {
  const seen: IncomingMessage[] = [];
  const server = createServer((incoming, response) => {
    seen.push(incoming);
    const { port } = server.address() as { port: number };
    const isOwn = incoming.headers.host === `shop.localhost:${port}`;
    response.writeHead(isOwn ? 200 : status);
    incoming.pipe(response);
  });
  const { port } = await listen(server);
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { server, port, seen, target: `http://shop.localhost:${port}` };
}

async function textOf(response: IncomingMessage): Promise<string> {
  return Buffer.concat(await response.toArray()).toString();
}

describe('with --rewrite-host', () => {
  test('a server is called by its own name, and both are shown', async () => {
    const { target, seen, port } = await shop();
    const tap = await tapBefore(target, { rewriteHost: true, page: true });
    const own = `http://127.0.0.1:${tap.tap.port}`;
    expect(tap.rewritten).toBe(`shop.localhost:${port}`);
    const sent = request(`${own}/cart`, {
      method: 'POST',
      agent: false,
      headers: { origin: own, referer: `${own}/` },
    });
    const body = 'Host: 127.0.0.1:4400\r\n';
    sent.end(body);
    const [response] = await once(sent, 'response');
    expect(response.statusCode).toBe(200);
    expect(await textOf(response)).toBe(body);
    expect(seen[0]!.headers).toMatchObject({
      host: `shop.localhost:${port}`,
      origin: target,
      referer: `${own}/`,
    });

    const answer = await fetch(`${tap.page}wire/run.pcapng?secrets=yes`);
    const { connections } = readPcapng(
      new Uint8Array(await answer.arrayBuffer()),
    );
    const hosts = connections.map(({ link, reads }) => {
      const up = reads.filter(({ direction }) => direction === 'up');
      const text = Buffer.concat(up.map(({ bytes }) => bytes)).toString();
      return [link, /^Host: (.*)\r$/m.exec(text)![1]];
    });
    expect(hosts).toEqual([
      ['client-tap', `127.0.0.1:${tap.tap.port}`],
      ['tap-target', `shop.localhost:${port}`],
    ]);
    const text = tap.lines.join('\n');
    expect(text).toMatch(/#1 {2}client-tap {9}→ POST \/cart: /);
    expect(text).toMatch(/#2 {2}tap-target {9}→ POST \/cart: /);
    expect(text).toMatch(/#2 {2}tap-target {9}← 200 OK: /);
    expect(text).toMatch(/#1 {2}client-tap {9}← 200 OK: /);
  });

  test('requests that are sent at once all get the name', async () => {
    const { target, seen, port } = await shop();
    const { tap } = await tapBefore(target, { rewriteHost: true });
    const client = await rawClient(tap.port);
    const one = (end = '') =>
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${tap.port}\r\n${end}\r\n`;
    client.send(one() + one() + one('Connection: close\r\n'));
    await once(client.socket, 'end');
    expect(seen.map(({ headers }) => headers.host)).toEqual(
      Array(3).fill(`shop.localhost:${port}`),
    );
  });

  test('a WebSocket goes through after its handshake', async () => {
    const { server, target, port } = await shop();
    const sockets = new WebSocketServer({ server });
    sockets.on('connection', (socket, { headers }) => {
      socket.send(`${headers.host} ${headers.origin}`);
      socket.on('message', (message, isBinary) =>
        socket.send(message, { binary: isBinary }),
      );
    });
    const { tap } = await tapBefore(target, { rewriteHost: true });
    const origin = `http://localhost:${tap.port}`;
    const client = new WebSocket(`ws://127.0.0.1:${tap.port}/`, { origin });
    const [first] = await once(client, 'message');
    expect(String(first)).toBe(`shop.localhost:${port} ${target}`);
    const message = `GET / HTTP/1.1\r\nHost: 127.0.0.1:${tap.port}\r\n\r\n`;
    client.send(message);
    expect(String((await once(client, 'message'))[0])).toBe(message);
    const closed = once(client, 'close');
    client.close();
    await closed;
    sockets.close();
  });

  test('HTTP/1.1 alone is offered over TLS, on both sides', async () => {
    const spoken: unknown[] = [];
    const options = { ...(await localCertificate()), allowHTTP1: true };
    const server = createSecureServer(options, (incoming, response) => {
      const { alpnProtocol, servername } = incoming.socket as never;
      spoken.push(alpnProtocol, servername, incoming.headers.host);
      response.end('Zug');
    });
    const { port } = await listen(server);
    closing.push(() => server.close());
    const { tap } = await tapBefore(`https://localhost:${port}`, {
      rewriteHost: true,
    });
    const client = tls.connect({
      port: tap.port,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    await once(client, 'secureConnect');
    expect(client.alpnProtocol).toBe('http/1.1');
    client.write(
      `GET / HTTP/1.1\r\nHost: 127.0.0.1:${tap.port}\r\nConnection: close\r\n\r\n`,
    );
    expect(Buffer.concat(await client.toArray()).toString()).toContain('Zug');
    expect(spoken).toEqual(['http/1.1', 'localhost', `localhost:${port}`]);
  });

  test('a server at a Unix socket is called localhost', async () => {
    if (process.platform === 'win32') return; // It has none that Node knows.
    const folder = mkdtempSync(join(tmpdir(), 'tap-'));
    closing.push(() => rmSync(folder, { recursive: true }));
    const server = createServer(({ headers }, response) =>
      response.end(headers.host),
    );
    await once(server.listen(join(folder, 'x.sock')), 'listening');
    closing.push(() => server.close());
    const { address, page } = await tapBefore(join(folder, 'x.sock'), {
      rewriteHost: true,
      page: true,
    });
    const [response] = await once(get(address, { agent: false }), 'response');
    expect(await textOf(response)).toBe('localhost');
    const answer = await fetch(`${page}wire/run.pcapng`);
    const run = readPcapng(new Uint8Array(await answer.arrayBuffer()));
    expect(run.connections.map(({ link }) => link)).toEqual([
      'client-tap',
      'tap-target',
    ]);
  });

  test('a scheme of something else is refused', async () => {
    await expect(
      tapBefore('mqtt://localhost', { rewriteHost: true }),
    ).rejects.toThrow(
      '--rewrite-host changes requests of HTTP/1.1, and mqtt: is none of its schemes. Leave the option out.',
    );
  });
});

describe('without it', () => {
  const hints = (lines: string[]) =>
    lines.filter((line) => line.includes('--rewrite-host'));

  test.each([400, 403, 404, 421])(
    'a %i to the name of the tap names the option, once',
    async (status) => {
      const { target, port } = await shop(status);
      const { tap, lines } = await tapBefore(target);
      for (let times = 0; times < 2; times += 1) {
        const closed = once(tap, 'close');
        const url = `http://127.0.0.1:${tap.port}/`;
        const [response] = await once(get(url, { agent: false }), 'response');
        expect(response.statusCode).toBe(status);
        response.resume();
        await closed;
      }
      expect(hints(lines)).toEqual([
        `The target responded with ${status} to the Host 127.0.0.1:${tap.port}, a ` +
          'name of the tap. If it expects its own, start the tap with ' +
          `--rewrite-host: it then gets shop.localhost:${port}.`,
      ]);
    },
  );

  test('a 404 to another name, or another status, names nothing', async () => {
    for (const [status, host] of [
      [404, 'other.test'],
      [500, ''],
      [401, ''],
    ] as const) {
      const { target } = await shop(status);
      const { tap, lines } = await tapBefore(target);
      const closed = once(tap, 'close');
      const url = `http://127.0.0.1:${tap.port}/400`;
      const headers = host ? { host } : {};
      const [response] = await once(
        get(url, { agent: false, headers }),
        'response',
      );
      response.resume();
      await closed;
      expect(hints(lines)).toEqual([]);
      expect(lines.join('\n')).toContain(`← ${status} `);
    }
  });

  test('over HTTP/2 the option is named as well', async () => {
    const server = createSecureServer(
      await localCertificate(),
      (_incoming, response) => {
        response.writeHead(421);
        response.end();
      },
    );
    const { port } = await listen(server);
    closing.push(() => server.close());
    const { tap, lines } = await tapBefore(`https://localhost:${port}`);
    const client = connect(`https://127.0.0.1:${tap.port}`, {
      rejectUnauthorized: false,
    });
    const stream = client.request({ ':path': '/' });
    await once(stream.resume(), 'end');
    const closed = once(tap, 'close');
    client.close();
    await closed;
    expect(hints(lines)).toHaveLength(1);
    expect(hints(lines)[0]).toContain(`421 to the Host 127.0.0.1:${tap.port}`);
  });
});
