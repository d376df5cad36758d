/**
 * Mixed content, and what a page learns of a certificate: what the side trip
 * “wss://” says of each engine.
 */
import { expect, test } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from 'node:http';
import {
  createServer as createHttpsServer,
  type Server as HttpsServer,
} from 'node:https';
import type { Duplex } from 'node:stream';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocketServer } from 'ws';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';

const closing = closingAfterEach();

/** Serves an empty page and takes every handshake; counts those that came. */
async function serve(
  server: HttpServer | HttpsServer,
): Promise<{ port: number; handshakes: (string | undefined)[] }> {
  const handshakes: (string | undefined)[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  server.on('request', (_request: unknown, response: ServerResponse) =>
    response.end('<!doctype html>'),
  );
  server.on(
    'upgrade',
    (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      handshakes.push(request.headers.origin);
      sockets.handleUpgrade(request, socket, head, () => {});
    },
  );
  const { port } = await listen(server);
  closing.push(() => {
    for (const client of sockets.clients) client.terminate();
    server.close();
    server.closeAllConnections();
  });
  return { port, handshakes };
}

/** What a page gets that opens a WebSocket: an event, or an exception. */
const opened = (url: string) =>
  new Promise<string>((settle) => {
    try {
      const socket = new WebSocket(url);
      socket.onopen = () => settle(`open ${socket.url}`);
      socket.onerror = () => settle('error');
    } catch (error) {
      settle((error as Error).name);
    }
  });

describeInEngines('wss://', (browser, engine) => {
  const openPage = async (url: string) => {
    const page = await browser().newPage();
    closing.push(() => page.close());
    await page.goto(url);
    return (target: string): Promise<string> => page.evaluate(opened, target);
  };
  const overTls = async () =>
    serve(createHttpsServer(await localCertificate()));

  test('a page from https:// opens ws:// on its own machine alone, or nowhere', async () => {
    const { port, handshakes } = await serve(createHttpServer());
    const { port: tlsPort } = await overTls();
    const tried = await openPage(`https://127.0.0.1:${tlsPort}/`);
    const local = engine === 'webkitgtk' ? /^error$/ : /^open /;
    for (const host of ['127.0.0.1', 'localhost'])
      expect(await tried(`ws://${host}:${port}/`)).toMatch(local);
    expect(await tried(`ws://stranger.example:${port}/`)).toBe(
      engine === 'webkitgtk' ? 'error' : 'SecurityError',
    );
    const origin = `https://127.0.0.1:${tlsPort}`;
    expect(handshakes).toEqual(engine === 'webkitgtk' ? [] : [origin, origin]);
  });

  test('the same name works from http://: it is the scheme, not the name', async () => {
    const { port, handshakes } = await serve(createHttpServer());
    const tried = await openPage(`http://stranger.example:${port}/`);
    expect(await tried(`ws://stranger.example:${port}/`)).toMatch(/^open /);
    expect(handshakes).toEqual([`http://stranger.example:${port}`]);
  });

  test('an address without a scheme takes that of the page', async () => {
    const { port } = await overTls();
    const tried = await openPage(`https://127.0.0.1:${port}/`);
    expect(await tried('/track')).toBe(`open wss://127.0.0.1:${port}/track`);
  });
});

// The drivers of the others accept every certificate.
describeInEngines(
  'an untrusted certificate',
  (browser) => {
    test('gives an error, and no handshake reaches the server', async () => {
      const { port } = await serve(createHttpServer());
      // Made as the course's own, but no browser was told of it.
      const folder = await mkdtemp(join(tmpdir(), 'unknown-'));
      closing.push(() => rm(folder, { recursive: true }));
      const unknown = await serve(
        createHttpsServer(await localCertificate(folder)),
      );
      const page = await browser().newPage();
      closing.push(() => page.close());
      await page.goto(`http://127.0.0.1:${port}/`);
      const url = `wss://127.0.0.1:${unknown.port}/`;
      expect(await page.evaluate(opened, url)).toBe('error');
      expect(unknown.handshakes).toEqual([]);
    });
  },
  ['chromium'],
);
