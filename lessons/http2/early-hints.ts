/** 103 Early Hints: what the page will need, before the page. RFC 8297. */
import { readFile } from 'node:fs/promises';
import { setTimeout as after } from 'node:timers/promises';
import type { Exchange } from './exchange.ts';

const page = new URL('page/hints.html', import.meta.url);
const thinking = 1_000; // ms that this page takes to make

/** Sends hints at once and the page later. Only a page gets them obeyed. */
export async function giveEarlyHints({ response, gone }: Exchange) {
  response.writeEarlyHints({
    link: [
      '</board/colours.css>; rel=preload; as=style',
      '</board/page.css>; rel=preload; as=style',
    ],
  });
  await after(thinking, undefined, { signal: gone });
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  response.setHeader('Cache-Control', 'no-cache');
  response.end(await readFile(page));
}
