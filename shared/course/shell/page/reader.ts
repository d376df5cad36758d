/**
 * Shows a file of the lesson in the place of the tutorial. The browser's Back
 * leads to the tutorial again, as does Esc.
 */
import { announce, inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { events } from '@on-the-wire/viewer/page/events.ts';
import { choosePane } from './panes.ts';
import { showOwnEngine } from './own-engine.ts';
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
    const [, trip, number] =
      /^\/files\/(?:side-trips\/([\w-]+)\/)?README\.md#file-(step-\d+)$/.exec(
        file,
      ) ?? [];
    const step = number && [trip, number].filter(Boolean).join('-');
    if (step && document.getElementById(step)) {
      goToStep(step);
      return close();
    }
    history.pushState({ file } satisfies Visit, '');
    void open(file, excerptOf(link));
  });
  // What was saved is shown at once. A save of the lesson restarts its server or
  // renews its page, one of an exercise is checked: either is told.
  for (const name of ['state', 'exercise'])
    events.addEventListener(name, () => void renew());
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

/** Back leads from there to the file, also where the address says it already. */
function goToStep(step: string): void {
  if (location.hash !== `#${step}`) {
    location.hash = step;
    return;
  }
  history.pushState(null, '');
  dispatchEvent(new HashChangeEvent('hashchange'));
}

function settle(visit: Visit | null): void {
  if (visit?.file) void open(visit.file);
  else close();
}

/** What is shown: its address without the place in it, and its text. */
let shownFile = '';
let shownText = '';

/**
 * @param excerpt the lines of a fence that shows a part of the file: it opens
 *   where they stand in it
 */
async function open(
  file: string,
  excerpt: readonly string[] = [],
): Promise<void> {
  const [address = '', place] = file.split('#');
  shownFile = address;
  const shown = await fetchFile(address);
  if (shownFile !== address) return;
  fill(shown, address);
  const at = lineOf(excerpt);
  const hash = place ?? (at ? `L${at}` : undefined);
  if (at) history.replaceState({ file: `${address}#${hash}` }, '');
  own<HTMLAnchorElement>('reader-own-tab').href = hash
    ? `${address}#${hash}`
    : address;
  reader.hidden = false;
  behind.inert = true;
  choosePane('Tutorial');
  const target = mark(hash);
  if (target) target.scrollIntoView({ block: 'center' });
  else book.scrollTo(0, 0);
  heading.focus({ preventScroll: true });
  reader.dispatchEvent(new Event('shown'));
}

/** Shows what the file has now, if that is another text; the place stays. */
async function renew(): Promise<void> {
  const address = shownFile;
  if (reader.hidden || address === '') return;
  const shown = await fetchFile(address);
  if (shownFile !== address || reader.hidden) return;
  if (shown.textContent === shownText) return;
  const { scrollTop } = book;
  fill(shown, address);
  mark(own<HTMLAnchorElement>('reader-own-tab').hash.slice(1));
  book.scrollTop = scrollTop;
  announce(`${heading.textContent} was saved.`);
}

function fill(shown: Element, address: string): void {
  shownText = shown.textContent;
  const path = shown.querySelector('.path');
  heading.textContent =
    path?.textContent ?? decodeURI(address).replace('/files/', '');
  path?.remove();
  book.replaceChildren(...shown.childNodes);
  showOwnEngine(book);
  watchWidths(book);
}

function mark(place: string | undefined): Element | null {
  const target = find(place);
  target?.classList.add('marked');
  return target;
}

/** The lines of the fence that a link is the caption of. */
function excerptOf(link: Element): string[] {
  const code = link.closest('figcaption') && link.closest('figure');
  return (code?.querySelector('code')?.textContent ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(?:\/\/ )?…$/.test(line));
}

/**
 * In which line of the file that is shown an excerpt begins, from 1: where most
 * of its lines follow each other, as the file may have been changed since.
 */
function lineOf(excerpt: readonly string[]): number | undefined {
  const code = book.querySelector('.listing code')?.textContent ?? '';
  const lines = code.split('\n').map((line) => line.trim());
  let best = { length: 0, at: 0 };
  for (const [at, line] of lines.entries()) {
    if (line !== excerpt[0]) continue;
    const following = lines.slice(at).filter((each) => each !== '');
    const differs = excerpt.findIndex((each, i) => each !== following[i]);
    const length = differs < 0 ? excerpt.length : differs;
    if (length > best.length) best = { length, at: at + 1 };
  }
  return best.length > 0 ? best.at : undefined;
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
  shownFile = ''; // also one that is still on its way
  if (reader.hidden) return;
  reader.hidden = true;
  behind.inert = false;
  book.replaceChildren();
  behind.focus({ preventScroll: true });
}

/**
 * The file of the lesson that is shown, and the line that is marked in it.
 *
 * @returns undefined where none is, or it is the glossary
 */
export function readFileAndLine(): { file: string; line: number } | undefined {
  // The heading has the name that the shell knows it by.
  const [, file] = /^lessons\/[^/]+\/(.+)$/.exec(heading.textContent) ?? [];
  if (reader.hidden || file === undefined) return undefined;
  const marked = /^L(\d+)$/.exec(book.querySelector('.marked')?.id ?? '');
  return { file, line: Number(marked?.[1] ?? 1) };
}

/** Whether a file covers the tutorial. */
export function readsFile(): boolean {
  return !reader.hidden;
}
