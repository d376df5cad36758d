/**
 * A page that runs a script of its own and tells the server what came of it:
 * for WebKitGTK, whose driven windows keep no response of `fetch`, so that one
 * which nobody drives must do; and for the others alike.
 */
import { once } from 'node:events';
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { json } from 'node:stream/consumers';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import type { Browser } from '@on-the-wire/browser/page.ts';
import type { PlainWebKitGTK } from '@on-the-wire/browser/drivers/plain-webkitgtk.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { closing } from './visit.ts';

/** Opens a URL in a window that keeps what it loads. */
export type OpenWindow = (url: string) => Promise<void>;

/**
 * @param plain what opens windows of WebKitGTK
 */
export const windowsOf =
  (browser: Browser, engine: Engine, plain?: PlainWebKitGTK): OpenWindow =>
  async (url) => {
    if (engine === 'webkitgtk') return plain!.open(url);
    const page = await browser.newPage();
    closing.push(() => page.close());
    await page.goto(url);
  };

/** A request that came, in words: `GET /timetable`, and what it says of caches. */
export function inWords({ url = '', headers }: IncomingMessage): string {
  const [path] = url.split('?');
  const words = [path];
  if (headers['if-none-match'] !== undefined) words.push('If-None-Match');
  if (headers['cache-control'] !== undefined)
    words.push(headers['cache-control']);
  return words.join(' ');
}

/**
 * Runs the body of an async function in a page of a server, and what it calls:
 * `load(url, init)` fetches, and resolves with the status code and the number
 * of the copy; `tell(value)` hands over a value, and resolves with the requests
 * that have come since.
 *
 * @param serve all but the page itself
 * @param script may run in every document that `page` is the text of
 * @returns what was told, one after the other, and `came()`
 */
export async function runInWindow(
  open: OpenWindow,
  script: string,
  serve: RequestListener,
  { tls = false } = {},
) {
  let came: string[] = [];
  const told: { value: unknown; came: string[] }[] = [];
  const page = pageOf(script);
  const hear: RequestListener = async (request, response) => {
    const { url = '' } = request;
    if (url === '/run') {
      response.setHeader('Content-Type', 'text/html');
      response.setHeader('Cache-Control', 'no-store');
      return response.end(page);
    }
    if (url === '/told') {
      told.push({ value: await json(request), came });
      response.setHeader('Cache-Control', 'no-store');
      response.end(JSON.stringify(came));
      came = [];
      return server.emit('told');
    }
    came.push(inWords(request));
    server.emit('came');
    return serve(request, response);
  };
  const server = tls
    ? createHttpsServer(await localCertificate(), hear)
    : createHttpServer(hear);
  const { port } = await listen(server);
  closing.push(() => server.close().closeAllConnections());
  await open(`http${tls ? 's' : ''}://127.0.0.1:${port}/run`);
  return {
    page,
    told,
    /** Resolves when so much has been told. */
    async until(count: number) {
      while (told.length < count) await once(server, 'told');
      return told;
    },
    /** Resolves when a request has come that nobody has been told of. */
    async untilCame() {
      while (came.length === 0) await once(server, 'came');
      return came;
    },
  };
}

/** A document that runs the script. */
export const pageOf = (script: string) => `<!doctype html>
<link rel="icon" href="data:,">
<title>A script</title>
<script type="module">
const tell = async (value) =>
  (await fetch('/told', { method: 'POST', body: JSON.stringify(value) })).json();
const load = async (url, init) => {
  try {
    const response = await fetch(url, init);
    const { copy } = await response.json();
    return [response.status, copy];
  } catch (error) {
    return [error.name];
  }
};
${script}
</script>
`;
