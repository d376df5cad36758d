/**
 * Tabs of the course's pages. Each lesson, each exercise and the home page has a
 * tab of its own, which is found again by its name: a second lesson does not
 * take the first one's place, and a lesson that is open is not opened twice.
 */

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
 * @param start resolves with its address
 * @param hash the section that is shown; without it a page that is open stays
 *   where it was
 * @throws what `start` throws; the new tab is closed then
 */
export async function openTab(
  what: string,
  title: string,
  start: () => Promise<string>,
  hash = HERE,
): Promise<void> {
  // At once: a press counts for some seconds only, in Safari for one.
  const tab = window.open('', nameOf(what));
  const isNew = tab !== null && say(tab, `Starting ${title} …`);
  try {
    const address = `${await start()}#${hash}`;
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
