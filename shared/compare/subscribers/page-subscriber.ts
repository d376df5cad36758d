/**
 * A lesson's own page in a real browser, with a note of what reached its board
 * and when. The page is unchanged: the note is taken where it calls
 * `<departures-board>`.
 */
import type { BrowserContext } from '@on-the-wire/browser/browser.ts';
import { createNotes, type Notes } from '../report/notes.ts';
import { createSubscriber, type Subscriber } from './subscriber.ts';

declare global {
  var notes: Notes;
}

/** Takes the notes, where it runs in a page before anything of it does. */
export const noteTaking = `globalThis.notes = (${createNotes})();(${takeNotes})();`;

/**
 * Opens a lesson's page.
 *
 * @param choose the switch on it that is set, as a CSS selector
 */
export async function openPageSubscriber(
  context: BrowserContext,
  url: string,
  choose?: string,
): Promise<Subscriber> {
  const page = await context.newPage();
  await page.addInitScript({ content: noteTaking });
  await page.goto(url);
  if (choose) await page.locator(choose).check();
  return createSubscriber(url, {
    arrivals: () => page.evaluate(() => notes.arrivals),
    reached: async (...wanted) =>
      (await page.evaluate((asked) => notes.reached(...asked), wanted)) ??
      undefined,
    close: () => page.close(),
  });
}

/** Runs in the page, before anything of it does. */
function takeNotes() {
  type Method = (data: { n: number; run?: string }) => void;
  const define = customElements.define.bind(customElements);
  customElements.define = (name, element, options) => {
    if (name === 'departures-board') {
      const board = element.prototype as unknown as Record<string, Method>;
      for (const method of ['show', 'apply', 'announce']) {
        const kind = method === 'show' ? 'snapshot' : 'update';
        const original = board[method]!;
        board[method] = function (data) {
          const { n, run } = data;
          const at = performance.timeOrigin + performance.now();
          notes.note({ kind, n, at, ...(run !== undefined && { run }) });
          original.call(this, data);
        };
      }
    }
    define(name, element, options);
  };
}
