/** 103 Early Hints: what the page will need, before the page. RFC 8297. */
import { readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { untilGone, type Exchange } from './exchange.ts';

const page = new URL('page/hints.html', import.meta.url);
const style = new URL('page/hints.css', import.meta.url);
const hinting = 100; // ms until the hints: sooner, Chromium ignores some
const thinking = 1_000; // ms that this page takes to make, from then on

let visits = 0;

/** Sends hints soon and the page later. Only a page gets them obeyed. */
export async function giveEarlyHints({ response }: Exchange) {
  const signal = untilGone(response);
  await after(hinting, undefined, { signal });
  // Each visit has a style of its own: none was kept from the last one.
  const own = `/hints.css?${(visits += 1)}`;
  response.writeEarlyHints({ link: `<${own}>; rel=preload; as=style` });
  await after(thinking, undefined, { signal });
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-cache');
  const text = await readFile(page, 'utf8');
  response.end(text.replace('/hints.css', own));
}

/** Sends what was hinted at. It is kept until the page wants it, or the
 * browser would ask a second time. */
export async function sendHinted({ response }: Exchange) {
  response.setHeader('Content-Type', 'text/css; charset=utf-8');
  response.setHeader('Cache-Control', 'max-age=60');
  response.end(await readFile(style));
}
