/** 103 Early Hints: what the page will need, before the page. RFC 8297. */
import { readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { closeSignal, type Exchange } from './exchange.ts';

const page = new URL('page/hints.html', import.meta.url);
const style = new URL('page/hints.css', import.meta.url);
const hinting = 100; // ms until the hints: Chromium ignores some earlier ones
const thinking = 1_000; // ms that this page takes to make, from then on

let visits = 0;
/** The styles of pages that are still being made. */
const hinted = new Set<string>();

/**
 * Sends hints soon and the page later. Browsers use hints of a page only, and
 * only over HTTP/2. A client of HTTP/1.1 may take 103 for the response itself,
 * as nginx 1.22 does: it gets none (RFC 8297, 3: Security Considerations).
 */
export async function sendEarlyHints({ request, response }: Exchange) {
  const signal = closeSignal(response);
  await after(hinting, undefined, { signal });
  // Each visit has its own style, so that none is in the cache.
  const own = `/hints.css?${(visits += 1)}`;
  if ('stream' in request)
    response.writeEarlyHints({ link: `<${own}>; rel=preload; as=style` });
  hinted.add(own);
  await after(thinking, undefined, { signal }).finally(() =>
    hinted.delete(own),
  );
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-cache');
  const text = await readFile(page, 'utf8');
  response.end(text.replace('/hints.css', own));
}

/**
 * Sends the file that the hints named. It must stay fresh until the page needs
 * it, or the browser requests it twice.
 */
export async function sendHinted({ request, response }: Exchange) {
  // A page cannot see in every browser why a file was requested. So we say it.
  const by = hinted.has(request.url!) ? 'the hints' : 'the page';
  response.setHeader('Content-Type', 'text/css; charset=utf-8');
  response.setHeader('Cache-Control', 'max-age=60');
  response.end(`:root { --requested-by: ${by}; }\n${await readFile(style)}`);
}
