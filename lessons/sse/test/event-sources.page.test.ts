/**
 * The browser's EventSource, and two libraries that send headers as well: what
 * each does, in a real browser, when the same happens to its stream.
 */
import { beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { Browser } from '@on-the-wire/browser/page.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { describeInEngines } from '@on-the-wire/testing/describe-with-browser.ts';
import { describeWithClients } from '@on-the-wire/testing/describe-with-clients.ts';

const closing = closingAfterEach();

type Client = 'EventSource' | 'eventsource' | 'fetch-event-source';
const libraries: Client[] = ['eventsource', 'fetch-event-source'];

/** In the page: each opens a stream, and says what its code is told. */
const code = `
import { EventSource as Library } from 'eventsource';
import { fetchEventSource } from '@microsoft/fetch-event-source';

const say = (what, url) => fetch('/said' + new URL(url, location).pathname,
  { method: 'POST', body: what });
const watch = (source, url) => {
  source.onmessage = ({ data }) => say(data, url);
  source.onerror = () => source.readyState === 2 && say('closed', url);
};
globalThis.open = {
  EventSource: (url) => watch(new EventSource(url), url),
  eventsource: (url, { headers }) => watch(new Library(url, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, ...headers } }),
  }), url),
  'fetch-event-source': (url, init) => fetchEventSource(url, {
    ...init,
    onmessage: ({ data }) => data && say(data, url),
  }).then(() => say('closed', url)),
};
`;
let script: string;

/** What a request for a stream says, as far as it matters here. */
const inWords = ({ method, headers }: IncomingMessage) =>
  [
    method,
    headers['access-control-request-headers'],
    headers.authorization,
    headers['last-event-id'],
  ]
    .filter((part) => part !== undefined)
    .join(' ');

/**
 * A page, and a server whose every path below `/events/` is a stream of its
 * own. It gets one event; when the page has told of it, what the path names
 * happens. If it reconnects, it gets nothing more, or the status code that the
 * path names.
 */
async function stage(browser: Browser) {
  const logs: Record<string, string[]> = {};
  const streams: Record<string, ServerResponse> = {};
  const note = (path: string, what: string) => {
    (logs[path] ??= []).push(what);
    server.emit('noted');
  };
  const stream = (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url!;
    const name = path.split('/').at(-1)!;
    note(path, inWords(request));
    const allowed = name === 'unlisted' ? [] : ['Last-Event-ID'];
    response.setHeader('Access-Control-Allow-Origin', '*');
    const names = ['Authorization', ...allowed].join();
    response.setHeader('Access-Control-Allow-Headers', names);
    const again = request.headers['last-event-id'] !== undefined;
    const status = again ? Number(name) || 200 : 200;
    if (request.method === 'OPTIONS' || status !== 200)
      return void response.writeHead(status === 200 ? 204 : status).end();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write('retry: 20\n\n');
    if (again) return undefined;
    response.write('id: 1\ndata: one\n\n');
    response.on('close', () => name === 'held' && note(path, 'left'));
    streams[path] = response;
    return undefined;
  };
  const happen = (path: string, said: string) => {
    const response = streams[path]!;
    if (path.endsWith('/held')) return;
    if (path.endsWith('/end')) response.end();
    else if (path.endsWith('/half') && said === 'one')
      response.write('data: two\n\nid: 2\ndata: th');
    else response.socket?.resetAndDestroy();
  };
  const server = createHttpServer(async (request, response) => {
    const { url = '' } = request;
    if (url.startsWith('/events/')) return stream(request, response);
    if (url.startsWith('/said/')) {
      let said = '';
      for await (const piece of request) said += String(piece);
      const path = url.slice('/said'.length);
      note(path, said);
      response.end();
      return said === 'closed' ? undefined : happen(path, said);
    }
    const html = '<!doctype html><script type="module" src="/code"></script>';
    const type = url === '/' ? 'text/html' : 'text/javascript';
    response.setHeader('Content-Type', type);
    return void response.end(url === '/' ? html : script);
  });
  const other = createHttpServer(stream);
  const { origin } = await listen(server);
  const { origin: elsewhere } = await listen(other);
  const page = await browser.newPage();
  closing.push(() => server.close().closeAllConnections());
  closing.push(() => other.close().closeAllConnections());
  closing.push(() => page.close());
  await page.goto(origin);
  await page.waitForFunction('Boolean(globalThis.open?.EventSource)');
  return {
    page,
    elsewhere,
    /** Opens a stream; `until` waits for so many things to happen to it. */
    async open(client: Client, url: string, init: object = {}) {
      const args = `${JSON.stringify(url)}, ${JSON.stringify(init)}`;
      await page.evaluate(`void open['${client}'](${args})`);
      const path = url.replace(elsewhere, '');
      return async (count: number) => {
        while ((logs[path]?.length ?? 0) < count) await once(server, 'noted');
        return logs[path]!.slice(0, count);
      };
    },
  };
}

const token = { Authorization: 'made-up' };

describeWithClients('what sends headers', (at) => {
  beforeAll(async () => {
    const stdin = { contents: code, resolveDir: at('.') };
    const options = { bundle: true, write: false, format: 'esm' } as const;
    const { outputFiles } = await build({ stdin, ...options });
    script = outputFiles[0]!.text;
  });

  describeInEngines('beside the EventSource', (browser) => {
    test.each([
      ['EventSource', 'GET'], // without the header that it was given
      ['eventsource', 'GET made-up'],
    ] as const)(
      '%s reconnects after an end and a cut, and gives up at a status code',
      async (client, get) => {
        const { open } = await stage(browser());
        const told = async (path: unknown, count: number) => {
          const url = `/events/${path}`;
          const until = await open(client, url, { headers: token });
          return await until(count);
        };
        const again = [get, 'one', `${get} 1`];
        expect(await told('end', 3)).toEqual(again);
        expect(await told('cut', 3)).toEqual(again);
        for (const path of [204, 401, 429, 503])
          expect(await told(path, 4)).toEqual([...again, 'closed']);
        // Half of an event with id 2 has come: that is not its last id.
        expect(await told('half', 4)).toEqual([get, 'one', 'two', `${get} 1`]);
      },
    );

    test('fetch-event-source stops at an end, and goes on at a status code', async () => {
      const { open } = await stage(browser());
      const get = 'GET made-up';
      const told = async (path: unknown, count: number) => {
        const url = `/events/${path}`;
        const until = await open('fetch-event-source', url, { headers: token });
        return await until(count);
      };
      const again = [get, 'one', `${get} 1`];
      expect(await told('end', 3)).toEqual([get, 'one', 'closed']);
      expect(await told('cut', 3)).toEqual(again);
      for (const path of [204, 401, 429, 503])
        expect(await told(path, 5)).toEqual([...again, again[2], again[2]]);
      // Half of an event with id 2 has come: it is lost.
      expect(await told('half', 4)).toEqual([get, 'one', 'two', `${get} 2`]);
    });

    test('fetch-event-source sends a POST, and leaves while the page is hidden', async () => {
      const { open, page } = await stage(browser());
      const init = { method: 'POST', headers: token, body: '{}' };
      const until = await open('fetch-event-source', '/events/held', init);
      expect(await until(2)).toEqual(['POST made-up', 'one']);
      const hide = (hidden: boolean) =>
        page.evaluate((value) => {
          Object.defineProperty(document, 'hidden', {
            value,
            configurable: true,
          });
          document.dispatchEvent(new Event('visibilitychange'));
        }, hidden);
      await hide(true);
      expect((await until(3))[2]).toBe('left');
      await hide(false);
      expect((await until(4))[3]).toBe('POST made-up 1');
    });

    test('another origin need not allow the last id of an EventSource', async () => {
      const { open, elsewhere } = await stage(browser());
      const url = `${elsewhere}/events/unlisted`;
      const until = await open('EventSource', url);
      expect(await until(3)).toEqual(['GET', 'one', 'GET 1']);
    });

    test.each(libraries)(
      'another origin must allow the last id of %s, as any header',
      async (client) => {
        const { open, elsewhere } = await stage(browser());
        const asks = 'OPTIONS last-event-id';
        const plain = await open(client, `${elsewhere}/events/cut`);
        expect(await plain(4)).toEqual(['GET', 'one', asks, 'GET 1']);
        // Refused, again and again: it never resumes.
        const unlisted = await open(client, `${elsewhere}/events/unlisted`);
        expect(await unlisted(5)).toEqual(['GET', 'one', asks, asks, asks]);
        const url = `${elsewhere}/events/held`;
        const own = await open(client, url, { headers: token });
        const expected = ['OPTIONS authorization', 'GET made-up', 'one'];
        expect(await own(3)).toEqual(expected);
      },
    );
  });
});
