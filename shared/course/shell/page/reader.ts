/**
 * Shows a file of the lesson in the place of the tutorial. The browser's Back
 * leads to the tutorial again, as does Esc.
 */
import { inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { choosePane } from './panes.ts';
import { watchWidths } from '@on-the-wire/viewer/page/text.ts';

const reader = own('reader');
const heading = own('reader-title');
const book = inside(reader, '.book');
const behind = own('tutorial');

interface Visit {
  /** The address that is shown: `/files/server.ts#L12`. */
  file?: string;
}

/** Lets links to files of the lesson open here, in the tutorial's place. */
export function startReader(): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>(
      'a[href^="/files/"], a[href^="/glossary"]',
    );
    const plain =
      !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    if (!link || link.target || !plain) return;
    event.preventDefault();
    const file = link.getAttribute('href') ?? '';
    // A step of the tutorial that stands behind is shown there.
    const step = /^\/files\/README\.md#file-(step-\d+)$/.exec(file)?.[1];
    if (step && document.getElementById(step)) {
      location.hash = step;
      return close();
    }
    history.pushState({ file } satisfies Visit, '');
    void open(file);
  });
  addEventListener('popstate', ({ state }: PopStateEvent) => settle(state));
  own('reader-close').addEventListener('click', () => history.back());
  // A place in the file is no place in the tutorial, and no visit of its own.
  book.addEventListener('click', (event) => {
    const link = (event.target as Element).closest('a[href^="#"]');
    if (!link) return;
    event.preventDefault();
    find(link.getAttribute('href')?.slice(1))?.scrollIntoView();
  });
  reader.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') history.back();
  });
  settle(history.state);
}

function settle(visit: Visit | null): void {
  if (visit?.file) void open(visit.file);
  else close();
}

async function open(file: string): Promise<void> {
  const [address = '', line] = file.split('#');
  const shown = await fetchFile(address);
  const path = shown.querySelector('.path');
  heading.textContent =
    path?.textContent ?? decodeURI(address).replace('/files/', '');
  path?.remove();
  book.replaceChildren(...shown.childNodes);
  own<HTMLAnchorElement>('reader-own-tab').href = file;
  reader.hidden = false;
  behind.inert = true;
  watchWidths(book);
  choosePane('Tutorial');
  const target = find(line);
  target?.classList.add('marked');
  if (target) target.scrollIntoView({ block: 'center' });
  else book.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
}

async function fetchFile(address: string): Promise<Element> {
  const words = document.createElement('p');
  words.className = 'prose';
  try {
    const response = await fetch(address);
    const text = await response.text();
    const page = new DOMParser().parseFromString(text, 'text/html');
    const main = response.ok && page.querySelector('main');
    if (main) return main;
    words.textContent = text;
  } catch {
    words.textContent =
      'The file could not be fetched. Does the lesson still run?';
  }
  const box = document.createElement('div');
  box.append(words);
  return box;
}

function find(encoded: string | undefined): Element | null {
  const id = decodeURIComponent(encoded ?? '');
  return id ? book.querySelector(`[id="${CSS.escape(id)}"]`) : null;
}

function close(): void {
  if (reader.hidden) return;
  reader.hidden = true;
  behind.inert = false;
  book.replaceChildren();
  behind.focus({ preventScroll: true });
}

/** Whether a file covers the tutorial. */
export function readsFile(): boolean {
  return !reader.hidden;
}
