/**
 * What becomes of a handshake behind each proxy: the table of the side trip
 * “Behind a proxy”, for those that are installed. Those of Debian 12 were
 * measured.
 */
import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:tls';
import { minimalLines, passingLines } from '@on-the-wire/proxies/lines.ts';
import type { ProxyName } from '@on-the-wire/proxies/programs.ts';
import { startProxy } from '@on-the-wire/proxies/start.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { ask, closing, start } from './clients.ts';

/** What the reader adds to nginx's lines. */
const added = readFileSync(
  new URL('../side-trips/behind-a-proxy/track.conf', import.meta.url),
  'utf8',
);

const today = minimalLines('nginx').replace(
  /\}/,
  'proxy_http_version 1.1; proxy_set_header Connection ""; }',
);

/** The lines of each, and the status code of a handshake through it. */
const rows: [ProxyName, title: string, lines: string, status: number][] = [
  ['haproxy', 'minimal', minimalLines('haproxy'), 101],
  ['caddy', 'minimal', minimalLines('caddy'), 101],
  ['nghttpx', 'minimal', minimalLines('nghttpx'), 101],
  ['nginx', 'minimal', minimalLines('nginx'), 404],
  ['nginx', 'defaults of 1.29.7', today, 404],
  ['nginx', 'the trip’s', minimalLines('nginx') + added, 101],
  ['apache', 'minimal', minimalLines('apache'), 404],
  [
    'apache',
    'the trip’s',
    minimalLines('apache').replace(
      /(ProxyPass \S+ \S+)/,
      '$1 upgrade=websocket',
    ),
    101,
  ],
  ['varnish', 'minimal', minimalLines('varnish'), 404],
  ['varnish', 'with a pipe', passingLines('varnish'), 101],
];

for (const [name, title, lines, status] of rows)
  describeBehind(name, `${name}, lines: ${title}`, (proxy) => {
    test(`the server’s response is ${status}`, async () => {
      const { server, port } = await start({
        origins: ['http://board.example'],
      });
      const upgrades: (string | undefined)[] = [];
      for (const event of ['request', 'upgrade'] as const)
        server.prependListener(
          event,
          ({ headers }: { headers: { upgrade?: string } }) =>
            upgrades.push(headers.upgrade),
        );
      const front = await startProxy(proxy, {
        port: await freePort(),
        upstream: { port },
        lines,
      });
      closing.push(() => front.stop());
      const client = await rawClient(front.port);
      client.send(
        ask({ Host: 'board.example', Origin: 'http://board.example' }),
      );
      expect(await client.until(/\r\n/)).toContain(` ${status} `);
      expect(upgrades).toEqual([status === 101 ? 'websocket' : undefined]);
      client.socket.destroy();
    });
  });

describeBehind('caddy', 'Caddy, which ends TLS', (proxy) => {
  test('hands the handshake on in cleartext, with the origin of the page', async () => {
    const { server, port } = await start({
      origins: ['https://board.example'],
    });
    const certificate = await localCertificate();
    const front = await startProxy(proxy, {
      port: await freePort(),
      upstream: { port },
      lines: minimalLines('caddy'),
      tls: certificate,
    });
    closing.push(() => front.stop());
    const upgraded = once(server, 'upgrade');
    const client = connect({
      port: front.port,
      host: '127.0.0.1',
      servername: 'localhost',
      ca: certificate.cert,
      ALPNProtocols: ['http/1.1'],
    });
    await once(client, 'secureConnect');
    client.write(
      ask({ Host: 'board.example', Origin: 'https://board.example' }),
    );
    const [{ headers, socket }] = (await upgraded) as [IncomingMessage];
    expect('encrypted' in socket).toBe(false);
    expect(headers).toMatchObject({
      host: 'board.example',
      origin: 'https://board.example',
      'x-forwarded-proto': 'https',
      upgrade: 'websocket',
    });
    const [bytes] = (await once(client, 'data')) as [Buffer];
    expect(String(bytes)).toMatch(/^HTTP\/1\.1 101 /);
    client.destroy();
  });
});
