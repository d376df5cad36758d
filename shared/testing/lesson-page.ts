/** What the tests of lessons' pages look at. */
import type { ConsoleMessage, Page, Request } from 'playwright-core';

interface Counts {
  seen: number;
  of: number;
  doubled: number;
}

/** What the `<departures-board>` of a page has counted. */
export const countOf = (page: Page) =>
  page.evaluate(() => {
    const { seen, of, doubled } = document.querySelector<HTMLElement & Counts>(
      'departures-board',
    )!;
    return { seen, of, doubled };
  });

/** Waits until an element shows a text among others; `alone`, nothing else. */
export const shows = (page: Page, id: string, text: string | RegExp) =>
  page.locator(`#${id}`, { hasText: text }).waitFor();

/** Matches an element whose whole text is this. */
export const alone = (text: string) => new RegExp(`^\\s*${text}\\s*$`);

/**
 * Resolves when an element has shown a text, for however short a time. It looks
 * from before the next command to the page is done.
 */
export const showsOnce = (page: Page, id: string, text: string) =>
  page.evaluate(
    (wanted) =>
      new Promise<void>((done) => {
        const shown = document.querySelector(wanted.selector)!;
        const look = () => shown.textContent.includes(wanted.text) && done();
        const what = { childList: true, characterData: true, subtree: true };
        new MutationObserver(look).observe(shown, what);
        look();
      }),
    { selector: `#${id}`, text },
  );

/**
 * Listens to a page until `stop`: `said` is what it writes to the console, and
 * the errors that nobody caught; `asked` are the URLs of its requests, without
 * those that hold their data themselves.
 */
export function listenTo(page: Page) {
  const said: string[] = [];
  const asked: string[] = [];
  const hear = (message: ConsoleMessage) => said.push(message.text());
  const fail = (error: Error) => said.push(String(error));
  const keep = (request: Request) => {
    if (!request.url().startsWith('data:')) asked.push(request.url());
  };
  page.on('console', hear).on('pageerror', fail).on('request', keep);
  const stop = () =>
    page.off('console', hear).off('pageerror', fail).off('request', keep);
  return { said, asked, stop };
}
