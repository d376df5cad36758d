/**
 * Windows of WebKitGTK that nobody drives: a driven one is ephemeral, and its
 * `fetch` keeps no response. The page in such a window asks a server of ours
 * where to go, runs the claim by itself, and tells that server what came of it.
 */
import { once, EventEmitter } from 'node:events';
import { createServer } from 'node:https';
import { text } from 'node:stream/consumers';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { startPlainWebKitGTK } from '@on-the-wire/browser/drivers/plain-webkitgtk.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { asExpression } from './as-expression.ts';
import type { Claim } from './claim.ts';
import {
  forEachColumn,
  TIMEOUT,
  type ClaimWindow,
  type ClaimWindows,
} from './claim-window.ts';

/** What a claim's page tells. */
type Told = { result: unknown } | { failed: string };

/** Opens a window for every column. */
export async function openPlainWindows(): Promise<ClaimWindows> {
  const plain = await startPlainWebKitGTK();
  const opened: { close(): void }[] = [];
  const of = await forEachColumn(async () => {
    const window = await openPlainWindow((url) => plain.open(url));
    opened.push(window);
    return window;
  });
  return {
    version: plain.version,
    of,
    async close() {
      await plain.close();
      for (const window of opened) window.close();
    },
  };
}

/**
 * Opens one.
 *
 * @param open starts a browser with a URL
 */
async function openPlainWindow(
  open: (url: string) => void,
): Promise<ClaimWindow & { close(): void }> {
  const told = new EventEmitter<{
    free: [(url: string) => void];
    begin: [];
    done: [Told];
  }>();
  // Where the window waits until there is a claim.
  let waiting: ((url: string) => void) | undefined;
  told.on('free', (go) => (waiting = go));
  const isFree = async () => {
    // By itself it returns to where it waits.
    const signal = AbortSignal.timeout(TIMEOUT);
    if (!waiting) await once(told, 'free', { signal });
    return waiting!;
  };
  // Over TLS, since a page over TLS may not request anything else.
  const server = createServer(await localCertificate(), (request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.url === '/free')
      return told.emit('free', (url) => response.end(url));
    if (request.url === '/begin') {
      told.emit('begin');
      return response.end();
    }
    if (request.url === '/done') {
      response.end();
      return text(request).then((json) =>
        told.emit('done', JSON.parse(json) as Told),
      );
    }
    response.setHeader('Content-Type', 'text/html');
    return response.end(waitingPage);
  });
  const { port } = await listen(server);
  const desk = `https://127.0.0.1:${port}`;
  open(`${desk}/`);

  return {
    pageOf: (claim, places) => pageOf(claim, places, desk),
    async run(_claim, { origin }, begin) {
      const go = await isFree();
      waiting = undefined;
      told.once('begin', begin);
      const done = once(told, 'done') as Promise<[Told]>;
      go(`${origin}/run`);
      const [outcome] = await done;
      if ('failed' in outcome) throw new Error(outcome.failed);
      return outcome.result;
    },
    leave: async () => void (await isFree()),
    close: () => server.close().closeAllConnections(),
  };
}

const waitingPage = `<!doctype html>
<link rel="icon" href="data:,">
<title>On the Wire: claims</title>
<script type="module">
location.replace(await (await fetch('/free', { method: 'POST' })).text());
</script>
`;

function pageOf(claim: Claim, places: unknown, desk: string): string {
  // In a script nothing may end it, nor begin a comment.
  const safe = (value: string) => value.replaceAll('<', '\\u003c');
  return `<!doctype html>
<link rel="icon" href="data:,">
<title>A claim</title>
<script type="module">
const inPage = ${asExpression(claim.inPage)};
const tell = (path, body) => fetch('${desk}' + path, { method: 'POST', body });
const late = new Promise((_done, fail) => {
  setTimeout(() => fail('no outcome in ${TIMEOUT} ms'), ${TIMEOUT});
});
await tell('/begin', '');
let told;
try {
  const run = inPage(${safe(JSON.stringify(places))});
  told = { result: await Promise.race([run, late]) };
} catch (error) {
  told = { failed: String(error) };
}
await tell('/done', JSON.stringify(told));
location.replace('${desk}/');
</script>
`;
}
