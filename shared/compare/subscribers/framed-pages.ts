/**
 * Several lessons' pages as frames of one page, with a note of what reached
 * each board and when. All are of one site, so they share a thread: what keeps
 * one of them waiting keeps the others waiting, too.
 */
import { createServer } from 'node:http';
import { listen } from '@on-the-wire/system/listen.ts';
import type { Page } from '@on-the-wire/browser/page.ts';
import type { Arrival } from '../report/notes.ts';
import { noteTaking } from './page-subscriber.ts';

/** A page, and how it differs from the same page in a window of its own. */
export interface Framed {
  url: string;
  /** The switch on it that is set, as a CSS selector. */
  choose?: string | undefined;
  /** How many times as fast its timeouts run out; 1 is usual. */
  pace: number;
  /** Whether each wait that it draws is nearly as long as any it could draw. */
  waitsLongest: boolean;
}

/** Their pages, while they are open. */
export interface FramedPages {
  /** What has reached each of the boards since the last call. */
  news(): Promise<Arrival[][]>;
  close(): void;
}

declare global {
  var arrived: { frame: number; arrival: Arrival }[];
}

/** What each of them must run first: see `startHost`. */
export const firstInFrame = `${noteTaking}(${beFramed})();`;

/**
 * Opens them in a page, which shows nothing else.
 *
 * @param framed pages of servers that were started with `firstInFrame`
 */
export async function openFramedPages(
  page: Page,
  framed: readonly Framed[],
): Promise<FramedPages> {
  const body = '<!doctype html><link rel="icon" href="data:,"><body>';
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end(body);
  });
  const { origin } = await listen(server);
  page.setDefaultTimeout(0);
  await page.goto(origin);
  // Not with the page: what becomes of a frame is no part of its loading.
  await page.evaluate((all) => {
    globalThis.arrived = [];
    globalThis.onmessage = ({ data }) => arrived.push(data);
    for (const [frame, each] of all.entries()) {
      const { url: src } = each;
      const name = encodeURIComponent(JSON.stringify({ ...each, frame }));
      const element = document.createElement('iframe');
      document.body.append(Object.assign(element, { src, name }));
    }
  }, framed);
  return {
    async news() {
      const all = await page.evaluate(() => arrived.splice(0));
      const of = (frame: number) =>
        all.filter((each) => each.frame === frame).map((each) => each.arrival);
      return framed.map((_each, frame) => of(frame));
    },
    close: () => server.close().closeAllConnections(),
  };
}

/** Runs in each frame. */
function beFramed() {
  const told = JSON.parse(decodeURIComponent(self.name)) as Framed & {
    frame: number;
  };
  const note = notes.note;
  notes.note = (arrival) => {
    note(arrival);
    parent.postMessage({ frame: told.frame, arrival }, '*');
  };
  if (told.waitsLongest) Math.random = () => 0.99;
  const after = globalThis.setTimeout.bind(globalThis);
  const sooner = (run: () => void, ms = 0) => after(run, ms / told.pace);
  Object.assign(globalThis, { setTimeout: sooner });
  addEventListener('DOMContentLoaded', () => {
    if (told.choose === undefined) return;
    document.querySelector<HTMLInputElement>(told.choose)!.click();
  });
}
