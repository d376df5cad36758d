/** What the side trip *Behind a proxy* says, with its own lines. */
import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import type { ProxyName } from '@on-the-wire/proxies/programs.ts';
import { startProxy } from '@on-the-wire/proxies/start.ts';
import { createFeed } from '@on-the-wire/shared/board/feed.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';
import { createServer } from '../server.ts';

const file = (name: string) =>
  readFileSync(
    new URL(`../side-trips/behind-a-proxy/${name}`, import.meta.url),
    'utf8',
  );
const text = file('README.md');

const gzip = 'Accept-Encoding: gzip\r\n';

/** The lesson behind a proxy with these lines; its feed moves when told. */
async function stage(
  installed: Parameters<typeof startProxy>[0],
  lines: string,
  options: Parameters<typeof createServer>[0] = {},
) {
  const feed = createFeed({ rate: 'night' });
  feed.close(); // stops its clock: `next()` alone moves it
  const lesson = createServer({ feed, ...options });
  const upstream = await listen(lesson.server);
  const port = await freePort();
  const proxy = await startProxy(installed, { port, upstream, lines });
  const open = async (path: string, headers = '') => {
    const client = await rawClient(port);
    client.send(`GET ${path} HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    return client;
  };
  return {
    feed,
    lesson,
    open,
    /** Passes when the proxy has handled all that the server wrote before. */
    async caughtUp() {
      const client = await open('/page.css');
      await client.until(/\r\n\r\n[^]+/);
      client.socket.destroy();
    },
    async end() {
      await proxy.stop();
      await lesson.close();
    },
  };
}

describeBehind('nginx', 'behind nginx', (nginx) => {
  test('nothing passes, not even the headers, until a block is full', async () => {
    // A page of memory by default, which is larger on some machines.
    const lines = file('held-back.conf').replace(
      '}',
      'proxy_buffer_size 4k; }',
    );
    const { feed, lesson, open, caughtUp, end } = await stage(nginx, lines);
    const client = await open('/events');
    await once(lesson.server, 'request');
    while (client.received === '') {
      feed.next();
      await caughtUp();
    }
    const [head = ''] = client.received.split('\r\n\r\n');
    const [size = ''] = client.received.slice(head.length + 4).split('\r\n');
    expect(head).toContain('text/event-stream');
    expect(parseInt(size, 16)).toBeGreaterThan(3_500);
    client.socket.destroy();
    await end();
  });

  test('with HTTP/1.1 each event passes at once', async () => {
    const lines = file('held-back.conf').replace('1.0', '1.1');
    const { feed, open, end } = await stage(nginx, lines);
    const client = await open('/events');
    await client.until('event: snapshot');
    for (let count = 0; count < 3; count += 1)
      await client.until(`id: ${feed.next().id}\n`);
    client.socket.destroy();
    await end();
  });

  test('a server that is away gets 502, or no response with our lines', async () => {
    const { lesson, open, end } = await stage(nginx, minimalLines('nginx'));
    await lesson.close();
    await (await open('/events')).until('HTTP/1.1 502 ');
    await end();

    const other = await stage(nginx, file('away.conf'));
    await (await other.open('/events')).until('event: hello');
    await other.lesson.close();
    const client = await other.open('/events');
    await client.closed;
    expect(client.received).toBe('');
    await other.end();
  });

  test('silence ends the stream in the middle; a comment keeps it', async () => {
    const lines = file('idle.conf');
    const silent = await stage(nginx, lines);
    const cut = await silent.open('/events');
    await cut.closed;
    expect(cut.received).toContain('event: snapshot');
    expect(cut.received).not.toMatch(/\r\n0\r\n\r\n$/);
    await silent.end();

    const talking = await stage(nginx, lines, { comment: 500 });
    const kept = await talking.open('/events');
    // More than three seconds of comments.
    await kept.until(/(?:: keep open\n[^:]*){8}/);
    kept.socket.destroy();
    await talking.end();
  });
});

describeBehind('haproxy', 'behind HAProxy', (haproxy) => {
  const lines = minimalLines('haproxy');
  const line = 'option http-no-delay';

  test.each([
    ['each event waits for some 200 ms', lines, false],
    [line, lines.replace('mode http', `mode http\n  ${line}`), true],
  ])('%s', async (_what, given, isAtOnce) => {
    expect(text).toContain(`\`${line}\``);
    const { feed, open, end } = await stage(haproxy, given);
    const client = await open('/events');
    await client.until('event: snapshot');
    let least = Infinity;
    // A busy machine makes the others later, never earlier.
    for (let left = isAtOnce ? 50 : 5; left > 0; left -= 1) {
      const began = performance.now();
      await client.until(`id: ${feed.next().id}\n`);
      least = Math.min(least, performance.now() - began);
      if (isAtOnce && least < 150) break;
    }
    if (isAtOnce) expect(least).toBeLessThan(150);
    else expect(least).toBeGreaterThan(150);
    client.socket.destroy();
    await end();
  });

  test('obeys no-transform', async () => {
    const { feed, open, end } = await stage(
      haproxy,
      lines.replace(
        'backend lesson',
        'backend lesson\n  compression algo gzip\n  compression type text/event-stream',
      ),
    );
    const client = await open('/events', gzip);
    await client.until(`id: ${feed.next().id}\n`);
    expect(client.received).not.toMatch(/content-encoding/i);
    client.socket.destroy();
    await end();
  });
});

const varnishLine = 'if (beresp.http.Content-Type !~ "event-stream")';
const subroutine = (code: string) =>
  `${minimalLines('varnish')}\nsub vcl_backend_response { ${code} }\n`;
const compressing = [
  {
    name: 'caddy',
    title: 'Caddy',
    all: `encode gzip\n${minimalLines('caddy')}`,
    page: `@page not path /events\nencode @page gzip\n${minimalLines('caddy')}`,
    said: ['`@page not path /events` and `encode @page gzip`'],
  },
  {
    name: 'varnish',
    title: 'Varnish',
    all: subroutine('set beresp.do_gzip = true;'),
    page: subroutine(`${varnishLine} { set beresp.do_gzip = true; }`),
    said: ['`set beresp.do_gzip = true;`', `\`${varnishLine}\``],
  },
] as const;

for (const { name, title, all, page, said } of compressing)
  describeBehind(name, `behind ${title}`, (installed) => {
    test('compression holds everything back', async () => {
      const { feed, open, caughtUp, end } = await stage(installed, all);
      const client = await open('/events', gzip);
      await client.until(/content-encoding: gzip[^]*\r\n\r\n/i);
      await caughtUp();
      const before = client.received.length;
      for (let count = 0; count < 5; count += 1) {
        feed.next();
        await caughtUp();
      }
      expect(client.received).toHaveLength(before);
      client.socket.destroy();
      await end();
    });

    test('the line in the text leaves the stream out', async () => {
      for (const each of said) expect(text).toContain(each);
      const { feed, open, end } = await stage(installed, page);
      const client = await open('/events', gzip);
      await client.until(`id: ${feed.next().id}\n`);
      client.socket.destroy();
      await end();
    });
  });

const away: [ProxyName, string][] = [
  ['haproxy', '503'],
  ['caddy', '502'],
  ['nghttpx', '502'],
  ['apache', '503'],
  ['varnish', '503'],
];
for (const [name, status] of away)
  describeBehind(name, `behind ${name}, a server that is away`, (installed) => {
    test(`gets ${status}`, async () => {
      const upstream = { port: await freePort() };
      const port = await freePort();
      const lines = minimalLines(name);
      const proxy = await startProxy(installed, { port, upstream, lines });
      const began = performance.now();
      const client = await rawClient(port);
      client.send('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
      await client.until(`HTTP/1.1 ${status} `);
      if (name === 'haproxy')
        expect(performance.now() - began).toBeGreaterThan(2_500);
      client.socket.destroy();
      await proxy.stop();
    });
  });
