/** 103 Early Hints: what the page will need, before the page. RFC 8297. */
import { readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import { untilGone, type Exchange } from './exchange.ts';

const page = new URL('page/hints.html', import.meta.url);
const style = new URL('page/hints.css', import.meta.url);
const thinking = 1_000; // ms that this page takes to make

/** Sends hints at once and the page later. Only a page gets them obeyed. */
export async function giveEarlyHints({ response }: Exchange) {
  response.writeEarlyHints({ link: '</hints.css>; rel=preload; as=style' });
  const signal = untilGone(response);
  await after(thinking, undefined, { signal });
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-cache');
  response.end(await readFile(page));
}

/** Sends what was hinted at. It is kept until the page wants it, or the
 * browser would ask a second time. */
export async function sendHinted({ response }: Exchange) {
  response.setHeader('Content-Type', 'text/css; charset=utf-8');
  response.setHeader('Cache-Control', 'max-age=2');
  response.end(await readFile(style));
}
