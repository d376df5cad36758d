/**
 * Tabs of the course's pages. Each lesson, each exercise and the home page has a
 * tab of its own, which is found again by its name: a second lesson does not
 * take the first one's place, and a lesson that is open is not opened twice.
 */

/** Where something is that was started. */
export interface StartedMessage {
  /** On its own machine. */
  url: string;
  /** At a forwarder. */
  forwarded?: string;
}

/**
 * Its address for the reader of this page.
 *
 * @throws Error with a sentence where the page came by a forwarder, and no name
 *   of one stands for the port of what was started
 */
function addressOf({ url, forwarded }: StartedMessage): string {
  // Our own pages are served without TLS.
  if (location.protocol !== 'https:') return url;
  if (forwarded !== undefined) return forwarded;
  const { port } = new URL(url);
  throw new Error(
    `It runs at ${url}, on the machine that forwards this page to you. No ` +
      `forwarded name for port ${port} is known: start the course with ` +
      `--allowed-host NAME=${port}, too.`,
  );
}

/** A fragment that names no section: a page that shows it stays as it was. */
const HERE = 'here';

/** The name of the tab that shows something: `sse`, `sse/1`, `home`. */
const nameOf = (what: string) => `on-the-wire-${what.replace('/', '-')}`;

/** Gives this page's tab its name. */
export function nameTab(what: string): void {
  window.name = nameOf(what);
}

/**
 * Starts something and shows it in its own tab. To be called where the reader
 * presses a button: else the browser refuses to open a tab.
 *
 * @param title stands in the tab until it is there
 * @param start resolves with where it is
 * @param hash the section that is shown; without it a page that is open stays
 *   where it was
 * @throws what `start` throws; the new tab is closed then
 */
export async function openTab(
  what: string,
  title: string,
  start: () => Promise<StartedMessage>,
  hash = HERE,
): Promise<void> {
  // At once: a press counts for some seconds only, in Safari for one.
  const tab = window.open('', nameOf(what));
  const asks =
    location.protocol === 'https:'
      ? ' The terminal that this page comes from may ask you first.'
      : '';
  const isNew = tab !== null && say(tab, `Starting ${title} …${asks}`);
  try {
    const address = `${addressOf(await start())}#${hash}`;
    // Where no tab may be opened, this one has to do.
    if (!tab) location.href = address;
    else {
      // The same address with another fragment loads nothing again.
      tab.location.href = address;
      tab.focus();
    }
  } catch (error) {
    if (isNew) tab.close();
    throw error;
  }
}

/** Writes into a tab that is still empty; false where it shows a page. */
function say(tab: Window, words: string): boolean {
  try {
    if (tab.location.href !== 'about:blank') return false;
    tab.document.documentElement.style.colorScheme = 'light dark';
    tab.document.title = words;
    tab.document.body.textContent = words;
    return true;
  } catch {
    return false; // a page of another origin: a lesson that is open
  }
}
