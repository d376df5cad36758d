/**
 * The lesson's page, as far as the shell talks with it: what of it is watched,
 * and where in it a control is. The other end is board/in-the-shell.ts of the
 * lesson's side. Whatever comes from the frame is data of somebody else: it is
 * looked at here, and never becomes markup.
 */
import type {
  FromPage,
  ToPage,
} from '@on-the-wire/lesson/board/in-the-shell.ts';
import { own } from '@on-the-wire/viewer/page/elements.ts';

/** How the page has responded to a control's name. */
export interface Pointed {
  found: boolean;
  /** It is there, and cannot be pressed now. */
  disabled: boolean;
}

/** So long a page may take: one without the script never responds. */
const TIMEOUT = 2_000; // ms
const MOST_VALUES = 50;
const LONGEST = 300; // characters, of a name and of a value

interface Watcher {
  names: readonly string[];
  listener: (values: Record<string, string>) => void;
}
/** One for each that wants to know something of the page. */
const watchers = new Set<Watcher>();
const root = document.documentElement;
/** Before, the frame has another origin: a browser would warn of a message. */
let isReady = false;
let onReady = () => {};
let waiting:
  | {
      message: ToPage & { control: string };
      tell: (pointed: Pointed) => void;
    }
  | undefined;

/** Listens to the page for as long as the shell is open. */
export function startLessonPage(): void {
  addEventListener('message', ({ source, origin, data }) => {
    const frame = frameOfPage();
    if (!frame || source !== frame.contentWindow) return;
    if (origin !== new URL(frame.src).origin) return;
    const message = (data ?? {}) as Partial<
      Record<
        keyof FromPage | 'values' | 'control' | 'found' | 'disabled',
        unknown
      >
    >;
    if (message.onTheWire === 'ready') {
      isReady = true;
      onReady();
      sayTheme();
      sayWatched();
      // What was asked before it could hear.
      if (waiting) say(waiting.message);
    }
    if (message.onTheWire === 'values') {
      const values = valuesIn(message.values);
      for (const { listener } of watchers) listener(values);
    }
    if (
      message.onTheWire === 'pointed' &&
      message.control === waiting?.message.control
    )
      waiting?.tell({
        found: message.found === true,
        disabled: message.disabled === true,
      });
  });
  new MutationObserver(sayTheme).observe(root, {
    attributeFilter: ['data-theme'],
  });
}

/** Calls it whenever the page was loaded and talks with us. */
export function whenReady(listener: () => void): void {
  onReady = listener;
}

/**
 * Has the page tell the values of these from now on, also after it was loaded
 * again, and beside those that others watch.
 *
 * @param names at most 50 for all together; what a name means says
 *   in-the-shell.ts
 * @param listener gets all that are watched and there, whenever one has
 *   changed: texts on one line, of at most 300 characters
 * @returns what ends it
 */
export function watchPage(
  names: readonly string[],
  listener: (values: Record<string, string>) => void,
): () => void {
  const watcher = { names, listener };
  watchers.add(watcher);
  sayWatched();
  return () => void watchers.delete(watcher);
}

/**
 * Asks the page what it shows now, of what is watched.
 *
 * @returns nothing of a page that does not respond in time
 */
export function freshValues(): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    const end = (values: Record<string, string>) => {
      clearTimeout(timer);
      watchers.delete(watcher);
      resolve(values);
    };
    const watcher = { names: [], listener: end };
    const timer = setTimeout(() => end({}), TIMEOUT);
    watchers.add(watcher);
    sayWatched();
  });
}

function sayTheme(): void {
  const { theme = '' } = root.dataset;
  if (isReady) say({ onTheWire: 'theme', theme });
}

function sayWatched(): void {
  const names = [...watchers].flatMap((watcher) => watcher.names);
  if (isReady && names.length > 0)
    say({ onTheWire: 'watch', names: [...new Set(names)] });
}

/**
 * Has the page show where a control is, and puts the focus on it.
 *
 * @param beside names of what must be in view at the same time
 */
export function pointInPage(
  control: string,
  beside: readonly string[],
): Promise<Pointed> {
  // Of what is out of focus itself, nothing inside can have it.
  frameOfPage()?.focus();
  return ask({ onTheWire: 'point', control, beside: [...beside] });
}

/** Has the page do what a press of its control does. */
export function pressInPage(control: string): Promise<Pointed> {
  return ask({ onTheWire: 'press', control });
}

function frameOfPage(): HTMLIFrameElement | undefined {
  return own('pane-page').querySelector('iframe') ?? undefined;
}

function say(message: ToPage): void {
  const frame = frameOfPage();
  // While it is loading it still has the shell's own origin: nothing is sent.
  // Nor is anything to an empty frame, whose reader signs in elsewhere.
  if (frame?.src && frame.src !== 'about:blank')
    frame.contentWindow?.postMessage(message, new URL(frame.src).origin);
}

function ask(message: ToPage & { control: string }): Promise<Pointed> {
  return new Promise((resolve) => {
    const tell = (pointed: Pointed) => {
      clearTimeout(timer);
      if (waiting === mine) waiting = undefined;
      resolve(pointed);
    };
    const timer = setTimeout(
      () => tell({ found: false, disabled: false }),
      TIMEOUT,
    );
    const mine = { message, tell };
    waiting?.tell({ found: false, disabled: false });
    waiting = mine;
    say(message);
  });
}

function valuesIn(given: unknown): Record<string, string> {
  const values: Record<string, string> = {};
  if (typeof given !== 'object' || given === null) return values;
  for (const [name, value] of Object.entries(given).slice(0, MOST_VALUES))
    if (typeof value === 'string')
      values[name.slice(0, LONGEST)] = value.slice(0, LONGEST);
  return values;
}
