/**
 * Whatever a server sends is data: it becomes no element, runs no script, asks
 * for nothing, and moves no cursor in the terminal. And if it did become markup
 * once, the page's own policy would stop it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { nothingAround } from '@on-the-wire/course/shell/test/around.ts';
import { createHome } from '../server.ts';
import { stage } from '@on-the-wire/course/shell/test/stage.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import {
  runTap,
  type RunningTap,
} from '@on-the-wire/course/harness/run-tap.ts';
import {
  readRun,
  serveRun,
  writePage,
} from '@on-the-wire/course/harness/run-wire.ts';

const payloads = [
  '<img src=x onerror=evil()>',
  '</script><script>evil()</script>',
  '<svg onload=evil()>',
  '"><b class=evil onclick=evil()>',
  "'><iframe srcdoc='<script>parent.evil()</script>'>",
  '<a href="javascript:evil()">',
  '<style>.evil{display:none}</style>',
  '<base href=http://evil.example/>',
  '<meta http-equiv=refresh content="0;url=http://evil.example/">',
  '<!-- evil --> ]]><evil>',
  '<form action=http://evil.example/><button>',
  '&lt;img src=x onerror=evil()&gt;',
  '{{title}} ${evil()} \\u003cimg src=x onerror=evil()>',
  '\x1b[31m\x1b]0;evil\x07\x9b2J\u202egnp.exe',
];
const hostile = payloads.join(' ');

/** A frame of a server: a text. */
function frame(text: string): string {
  const bytes = Buffer.from(text);
  const size = bytes.length;
  const head = [0x81, 126, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from(head), bytes]).toString('latin1');
}

/** A string of MQTT, or the packet around such: each character is a byte. */
const string = (text: string) => {
  const bytes = Buffer.from(text).toString('latin1');
  return String.fromCharCode(bytes.length >> 8, bytes.length & 0xff) + bytes;
};
const packet = (first: number, content: string) => {
  const { length } = content;
  const size = String.fromCharCode((length & 0x7f) | 0x80, length >> 7);
  return String.fromCharCode(first) + size + content;
};

const latin1 = Buffer.from(hostile).toString('latin1');
const fields = payloads.map((payload, i) => `X-${i}: ${payload}`);
const chunked = (text: string) => {
  const bytes = Buffer.from(text).toString('latin1');
  return `${bytes.length.toString(16)}\r\n${bytes}\r\n`;
};

/** What a client says on a connection, and what it gets for it. */
const talks: [asked: string, answered: string][] = [
  [
    `GET /${encodeURI('<b>')}?${payloads[0]!.replaceAll(' ', '/')} HTTP/1.1\r\nHost: a\r\n\r\n`,
    [
      `HTTP/1.1 200 ${latin1}`,
      'Content-Type: text/html',
      `Content-Length: ${latin1.length}`,
      ...fields.map((field) => Buffer.from(field).toString('latin1')),
      '',
      latin1,
    ].join('\r\n'),
  ],
  [
    'GET / HTTP/1.1\r\nHost: a\r\n\r\n',
    `HTTP/1.1 200 OK\r\n${latin1}: name\r\n\r\n`,
  ],
  [
    'GET /events HTTP/1.1\r\nHost: a\r\n\r\n',
    'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n' +
      'Transfer-Encoding: chunked\r\n\r\n' +
      chunked(
        `:${hostile}\nevent: ${hostile}\nid: ${hostile}\ndata: ${hostile}\n\n`,
      ),
  ],
  [
    'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      'Sec-WebSocket-Version: 13\r\n\r\n',
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n' +
      'Connection: Upgrade\r\n' +
      `Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n${frame(hostile)}` +
      `\x88\x1c\x03\xe8${payloads[0]}`,
  ],
  [
    packet(
      0x10,
      `${string('MQTT')}\x04\xc2\x00\x3c${string(hostile)}${string(hostile)}${string(hostile)}`,
    ) + packet(0x30, `${string(hostile)}${latin1}`),
    '\x20\x02\x00\x00',
  ],
  [`\x00\x01${latin1}`, `\x00\x02${latin1}`],
];

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/;

describeWithBrowser('what means harm', (browser) => {
  const closing: (() => unknown)[] = [];
  const printed: string[] = [];
  let tap: RunningTap;
  let page: Page;
  let folder: string;
  let asked: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hostile-'));
    closing.push(() => rm(folder, { recursive: true }));
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => {});
      socket.once('data', (bytes) => {
        const text = bytes.toString('latin1');
        const [, answered] = talks.find(([said]) => text === said)!;
        socket.end(answered, 'latin1');
      });
    });
    const { port } = await listen(server);
    closing.push(() => server.close());
    tap = await runTap(
      `http://127.0.0.1:${port}`,
      { page: true, wire: 'bytes', faults: [] },
      (line) => printed.push(line),
    );
    closing.push(tap.stop);
    for (const [said] of talks) {
      const client = await rawClient(tap.tap.port);
      client.send(said);
      await client.closed;
    }
    page = await browser().newPage({
      viewport: { width: 1280, height: 2_000 },
    });
    await page.addInitScript(() => {
      Object.assign(globalThis, {
        evil: () => Object.assign(globalThis, { ran: true }),
      });
    });
    page.on('request', (request) => asked.push(request.url()));
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  /**
   * Opens each line of the wire, one after the other; in the page, as every
   * word to it from outside takes longer than that.
   *
   * @returns how many there are, and what of the page a payload has made
   */
  async function openAll(): Promise<{ lines: number; made: string[] }> {
    await page.locator('.wire .line').first().waitFor();
    return page.evaluate(async () => {
      const isMade = (element: Element) =>
        /^(?:img|iframe|evil|object)$/.test(element.localName) ||
        [...element.attributes].some(
          ({ name, value }) =>
            name.startsWith('on') ||
            (/^(?:src|srcdoc|href|action|class|style)$/.test(name) &&
              value.includes('evil')),
        );
      const made = new Set<string>();
      const look = () => {
        for (const element of document.querySelectorAll('*'))
          if (isMade(element)) made.add(element.outerHTML);
        if ('ran' in globalThis) made.add('a script ran');
      };
      look();
      const body = document.querySelector('.wire .unit-body')!;
      // The list draws what is in sight, and a saved page decodes in turns: in
      // between a line may come, or go.
      const opened = new Set<string>();
      for (;;) {
        const line = [
          ...document.querySelectorAll<HTMLElement>('.wire .line'),
        ].find(({ id }) => !opened.has(id));
        if (!line) break;
        opened.add(line.id);
        const drawn = new Promise((resolve) =>
          new MutationObserver(resolve).observe(body, { childList: true }),
        );
        line.click();
        await drawn;
        look();
      }
      for (const name of ['Diagram', 'Counts']) {
        const buttons = [...document.querySelectorAll('button')];
        buttons.find(({ textContent }) => textContent === name)!.click();
        look();
      }
      return { lines: opened.size, made: [...made] };
    });
  }

  test('is only text in the page of a tap, however far it is opened', async () => {
    asked = [];
    await page.goto(tap.page!);
    const { lines, made } = await openAll();
    expect(made).toEqual([]);
    expect(lines).toBeGreaterThan(20);
    const own = asked.filter((url) => url.startsWith(tap.page!));
    expect(asked).toEqual(own);
  });

  test('is only text in a saved page, in its comments and its name, too', async () => {
    const { connections } = readPcapng(saveRun(tap.tap, { secrets: true }));
    for (const one of connections)
      one.comments.push({ time: one.start, text: hostile });
    const file = join(folder, `${payloads[0]}.pcapng`);
    await writeFile(file, writePcapng({ connections }));
    const out = join(folder, 'page.html');
    await writePage(await readRun(file), out, { secrets: true });
    asked = [];
    await page.goto(pathToFileURL(out).href);
    expect(await page.title()).toContain('<img src=x');
    const { lines, made } = await openAll();
    expect(made).toEqual([]);
    expect(lines).toBeGreaterThan(20);
    expect(asked).toEqual([pathToFileURL(out).href]);
  });

  test('moves nothing in the terminal', () => {
    const text = printed.join('\n');
    expect(text).toContain('<img src=x onerror=evil()>');
    expect(printed.filter((line) => CONTROL.test(line))).toEqual([]);
  });

  test('would not run if it were markup', async () => {
    const shell = await stage({ 'README.md': '# Bells' });
    closing.push(shell.end);
    const home = createHome({ lessons: [], around: nothingAround });
    closing.push(home.close);
    const { origin } = await listen(home.server);
    const file = join(folder, 'run.pcapng');
    await writeFile(file, saveRun(tap.tap));
    const run = await serveRun(await readRun(file), 0);
    closing.push(run.close);
    for (const url of [shell.origin, origin, tap.page!, run.url]) {
      await page.goto(url);
      const refused = await page.evaluate(async () => {
        const directives = new Set<string>();
        const all = new Promise((resolve) =>
          document.addEventListener('securitypolicyviolation', (event) => {
            directives.add(event.effectiveDirective);
            if (directives.size === 8) resolve(undefined);
          }),
        );
        document.body.insertAdjacentHTML(
          'beforeend',
          '<img src="http://evil.example/x" onerror="evil()">' +
            '<b onclick="evil()">x</b><style>b { color: red }</style>' +
            '<base href="http://evil.example/">' +
            '<iframe src="http://evil.example/"></iframe>' +
            '<form id="evil" action="http://evil.example/"></form>',
        );
        const script = document.createElement('script');
        script.textContent = 'evil()';
        document.body.append(script);
        fetch('http://evil.example/').catch(() => {});
        document.querySelector<HTMLFormElement>('#evil')!.submit();
        await all;
        return [...directives].toSorted();
      });
      expect({ url, refused }).toEqual({
        url,
        refused: [
          'base-uri',
          'connect-src',
          'form-action',
          'frame-src',
          'img-src',
          'script-src-attr',
          'script-src-elem',
          'style-src-elem',
        ],
      });
      expect(await page.evaluate(() => 'ran' in globalThis)).toBe(false);
    }
  });
});
