/**
 * What a lesson's page does for the shell that frames it: it shows where a
 * control is that the tutorial names, and tells what the page shows. In a tab
 * of its own it does nothing, and the lesson's server knows nothing of it.
 *
 * It talks with the shell alone: with the window that frames it, if that one is
 * `http:` on this page's own host name, at the port before this page's. Where
 * this page has a name at a forwarder, it is the name that stands for the port
 * before; its own server says which. Messages of any other window or origin
 * count as not sent, and the browser delivers what is said here to that origin
 * only.
 */
import type { DeparturesBoard } from './departures-board.ts';

/** What the shell says. */
export type ToPage =
  /** Tell the values of these from now on, instead of those of before. */
  | { onTheWire: 'watch'; names: string[] }
  /** Show where this control is, and what is beside it at the same time. */
  | { onTheWire: 'point'; control: string; beside: string[] }
  /** Press it, because the learner has pressed a button of the shell. */
  | { onTheWire: 'press'; control: string }
  /** Look so: `light`, `dark`, or anything else, as the system is set. */
  | { onTheWire: 'theme'; theme: string };

/** What the page says. */
export type FromPage =
  | { onTheWire: 'ready' }
  /** All that are watched and there, whenever one has changed. */
  | { onTheWire: 'values'; values: Record<string, string> }
  /** `disabled`: it is there, and cannot be pressed now. */
  | {
      onTheWire: 'pointed';
      control: string;
      found: boolean;
      disabled: boolean;
    };

/** So many names are watched at most, and so long is a name. */
const MOST_NAMES = 50;
const LONGEST_NAME = 100; // characters
const LONGEST_VALUE = 300; // characters
/** ms between two looks at a page that changes all the time. */
const BETWEEN_LOOKS = 100;
/** px around what is brought into view, for its outline. */
const MARGIN = 8;

/** The origins of those with whom this page talks. */
interface Others {
  shell: string;
  /** Of a page of the lesson that this page frames. */
  inside: string;
}

if (window.parent !== window) {
  const others = othersHere();
  if (others) talkWith(others);
  else void othersAtForwarder().then((found) => found && talkWith(found));
}

/** By this page's own port; undefined where its address names none. */
function othersHere(): Others | undefined {
  const { hostname, protocol } = location;
  const port = Number(location.port);
  if (port < 2) return undefined;
  return {
    shell: `http://${hostname}:${port - 1}`,
    inside: `${protocol}//${hostname}:${port + 1}`,
  };
}

/** By what our server knows of the forwarder's names: `name=port`. */
async function othersAtForwarder(): Promise<Others | undefined> {
  if (location.protocol !== 'https:') return undefined;
  const response = await fetch('/board/forwarded.json');
  if (!response.ok) return undefined;
  const names = ((await response.json()) as string[]).map((each) =>
    each.split('='),
  );
  const [, own] = names.find(([name]) => name === location.hostname) ?? [];
  if (own === undefined) return undefined;
  const originOf = (port: number) => {
    const all = names.filter(([, of]) => Number(of) === port);
    const origins = all.map(([name]) => `https://${name}`);
    return origins.find((each) => each === framedBy()) ?? origins[0] ?? '';
  };
  const shell = originOf(Number(own) - 1);
  return shell ? { shell, inside: originOf(Number(own) + 1) } : undefined;
}

/** What frames this page; Firefox does not tell. */
function framedBy(): string | undefined {
  return location.ancestorOrigins?.[0];
}

function talkWith({ shell: origin, inside }: Others): void {
  const say = (message: FromPage) => window.parent.postMessage(message, origin);
  const watch = watching((values) => say({ onTheWire: 'values', values }));
  const handOn = handingOn(say, inside);
  handThemeOn(inside);
  addEventListener('message', (event) => {
    if (event.source !== window.parent || event.origin !== origin) return;
    const message = (event.data ?? {}) as Record<string, unknown>;
    const control = nameIn(message['control']);
    if (handOn(control, message)) return;
    switch (message['onTheWire']) {
      case 'theme':
        return setTheme(message['theme']);
      case 'watch':
        return watch(namesIn(message['names']));
      case 'point':
      case 'press': {
        const element = find(control);
        const found = element !== undefined && reveal(element);
        const disabled = found && element.matches(':disabled');
        if (found && message['onTheWire'] === 'point')
          pointAt(element, control, namesIn(message['beside']));
        else if (found && !disabled) {
          // What it does should be seen, too.
          boxOf(element).scrollIntoView({ block: 'center' });
          press(element, control);
        }
        return say({ onTheWire: 'pointed', control, found, disabled });
      }
    }
  });
  // A browser that drops a message complains of it in the console. Firefox does
  // not tell what frames a page, and there it may.
  if ((framedBy() ?? origin) === origin) say({ onTheWire: 'ready' });
}

/**
 * Hands what is said about `frame/control` to the frame of that name, a page of
 * the lesson too, at the port after this page's: there this page is what the
 * shell is here. Its response is handed on to the shell.
 *
 * @returns what does that, and returns whether the name was one of these
 */
function handingOn(
  say: (message: FromPage) => void,
  inside: string,
): (control: string, message: Record<string, unknown>) => boolean {
  let asked: { frame: HTMLIFrameElement; name: string } | undefined;
  addEventListener('message', ({ source, origin, data }) => {
    if (!asked || source !== asked.frame.contentWindow) return;
    if (origin !== inside) return;
    const response = (data ?? {}) as Record<string, unknown>;
    if (response['onTheWire'] !== 'pointed') return;
    const control = `${asked.name}/${nameIn(response['control'])}`;
    const found = response['found'] === true;
    const disabled = response['disabled'] === true;
    say({ onTheWire: 'pointed', control, found, disabled });
  });
  return (name, message) => {
    const [, of = '', control = ''] = /^([^=/]+)\/(.+)$/.exec(name) ?? [];
    const frame = find(of);
    if (!(frame instanceof HTMLIFrameElement)) return false;
    reveal(frame);
    showTogether(frame, []);
    // Of what is out of focus itself, nothing inside can have it.
    frame.focus({ preventScroll: true });
    asked = { frame, name: of };
    const { onTheWire } = message;
    frame.contentWindow?.postMessage(
      { onTheWire, control, beside: [] },
      inside,
    );
    return true;
  };
}

function nameIn(given: unknown): string {
  return typeof given === 'string' ? given.slice(0, LONGEST_NAME) : '';
}

function namesIn(given: unknown): string[] {
  return Array.isArray(given)
    ? given.slice(0, MOST_NAMES).map(nameIn).filter(Boolean)
    : [];
}

// ---- The theme ----

/**
 * Takes the reader's theme. Chromium and Firefox have a frame inherit the
 * `color-scheme` of the page around it; WebKit does not.
 */
function setTheme(theme: unknown): void {
  const { dataset } = document.documentElement;
  if (theme === 'light' || theme === 'dark') dataset['theme'] = theme;
  else delete dataset['theme'];
}

/** Hands it on to pages that this one frames, now and when it changes. */
function handThemeOn(inside: string): void {
  const root = document.documentElement;
  const framed = new Set<Window>();
  const say = (to: Window) =>
    to.postMessage(
      { onTheWire: 'theme', theme: root.dataset['theme'] ?? '' },
      inside,
    );
  addEventListener('message', ({ source, origin, data }) => {
    const message = (data ?? {}) as Record<string, unknown>;
    if (origin !== inside || message['onTheWire'] !== 'ready') return;
    framed.add(source as Window);
    say(source as Window);
  });
  // One that was ready before this script has said so to nobody.
  const sayToAll = () => {
    for (const { src, contentWindow } of document.querySelectorAll('iframe')) {
      if (!inside || !src.startsWith(inside) || !contentWindow) continue;
      if (framed.has(contentWindow)) continue;
      framed.add(contentWindow);
      say(contentWindow);
    }
  };
  if (document.readyState === 'complete') sayToAll();
  else addEventListener('load', sayToAll);
  new MutationObserver(() => framed.forEach(say)).observe(root, {
    attributeFilter: ['data-theme'],
  });
}

// ---- What a name means ----

/**
 * The element of a name: of an id, of the name of a form's control, or of that
 * with the value it has or offers, `rate=over`. `seen` is the board's count.
 */
function find(name: string): HTMLElement | undefined {
  const byId = name && document.getElementById(name);
  if (byId) return byId;
  if (name === 'seen') return countOfBoard();
  const [control = '', ...rest] = name.split('=');
  const named = [
    ...document.querySelectorAll<HTMLElement>(
      `[name="${CSS.escape(control)}"]`,
    ),
  ];
  if (rest.length === 0)
    return named.find((each) => each.matches(':checked')) ?? named[0];
  const value = rest.join('=');
  const slides = document.getElementById(control);
  if (slides?.matches('input[type=range]')) return slides;
  return named.find((each) =>
    each instanceof HTMLSelectElement
      ? optionOf(each, value)
      : (each as HTMLInputElement).value === value,
  );
}

function optionOf(
  select: HTMLSelectElement,
  value: string,
): HTMLOptionElement | undefined {
  return [...select.options].find((option) => option.value === value);
}

function countOfBoard(): HTMLElement | undefined {
  const board = document.querySelector<DeparturesBoard>('departures-board');
  return board?.shadowRoot?.querySelector<HTMLElement>('.count') ?? undefined;
}

/** What stands in an element, or is chosen in it, on one line. */
function valueOf(name: string): string | undefined {
  const element = find(name);
  if (!element) return undefined;
  const isField =
    element instanceof HTMLSelectElement ||
    element instanceof HTMLTextAreaElement ||
    (element instanceof HTMLInputElement && element.type !== 'checkbox');
  if (element instanceof HTMLInputElement && element.type === 'radio')
    return element.checked ? element.value : '';
  if (element instanceof HTMLInputElement && element.type === 'checkbox')
    return element.checked ? 'on' : 'off';
  const text = isField ? element.value : (element.textContent ?? '');
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, LONGEST_VALUE);
}

// ---- Telling what the page shows ----

/** Returns what sets the names that are watched. */
function watching(
  tell: (values: Record<string, string>) => void,
): (names: string[]) => void {
  let names: string[] = [];
  let told = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    timer = undefined;
    const values: Record<string, string> = {};
    for (const name of names) {
      const value = valueOf(name);
      if (value !== undefined) values[name] = value;
    }
    const now = JSON.stringify(values);
    if (now === told) return;
    told = now;
    tell(values);
  };
  const lookSoon = () => {
    if (names.length > 0) timer ??= setTimeout(look, BETWEEN_LOOKS);
  };
  const changes = new MutationObserver(lookSoon);
  const all = {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  };
  changes.observe(document, all);
  const board = document.querySelector('departures-board')?.shadowRoot;
  if (board) changes.observe(board, all);
  // What is chosen or typed changes no element.
  addEventListener('input', lookSoon);
  addEventListener('change', lookSoon);
  return (wanted) => {
    names = wanted;
    told = '';
    look();
  };
}

// ---- Pointing ----

/** Opens what hides an element. Returns whether it can be seen now. */
function reveal(element: HTMLElement): boolean {
  for (
    let fold = element.closest('details');
    fold;
    fold = fold.parentElement?.closest('details') ?? null
  )
    fold.open = true;
  return boxOf(element).checkVisibility({ visibilityProperty: true });
}

/** What one sees of it: radio buttons here are under the words beside them. */
function boxOf(element: HTMLElement): HTMLElement {
  const isChoice = element.matches('input:is([type=radio], [type=checkbox])');
  return (isChoice && element.closest('label')) || element;
}

let unmark = () => {};

function pointAt(
  element: HTMLElement,
  control: string,
  beside: readonly string[],
): void {
  unmark();
  const box = boxOf(element);
  const others = beside.flatMap((name) => {
    const other = find(name);
    return other && reveal(other) ? boxOf(other) : [];
  });
  showTogether(box, others);

  const ends = new AbortController();
  const { signal } = ends;
  // What opens beside the frame, such as what is broken now, takes room from it.
  addEventListener('resize', () => showTogether(box, others), { signal });
  box.toggleAttribute('data-pointed', true);
  unmark = () => {
    ends.abort();
    box.removeAttribute('data-pointed');
  };
  // What is no control gets the focus all the same: the keyboard goes on there.
  if (element.tabIndex < 0 && !element.hasAttribute('tabindex'))
    element.tabIndex = -1;
  element.focus({ preventScroll: true });
  // In Enter a radio button hears "submit this form", and a list "open".
  if (element.matches('input[type=radio], select'))
    element.addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Enter') return;
        event.preventDefault();
        press(element, control);
      },
      { signal },
    );
  element.addEventListener('blur', () => unmark(), { signal });
  addEventListener('pointerdown', () => unmark(), { signal });
}

/**
 * Does what a press of the learner would do: of a list with a value, to choose
 * it; of what slides, to move it there.
 */
function press(element: HTMLElement, control: string): void {
  const value = control.slice(control.indexOf('=') + 1);
  const isList = element instanceof HTMLSelectElement;
  if (!isList && !element.matches('input[type=range]')) return element.click();
  const field = element as HTMLSelectElement | HTMLInputElement;
  if ((isList && !optionOf(element, value)) || field.value === value) return;
  field.value = value;
  for (const type of ['input', 'change'])
    element.dispatchEvent(new Event(type, { bubbles: true }));
}

/**
 * Scrolls so that an element is in view, and of the others as many as fit, those
 * that are named first before the rest. A header that stays at the top is not
 * covered with it: that is what the page's `scroll-padding` is for.
 */
function showTogether(element: HTMLElement, others: HTMLElement[]): void {
  // In a sticky header it would count as covered by that header, and scroll.
  for (const each of [...others, element].filter((one) => !staysInView(one)))
    each.scrollIntoView({
      block: 'nearest',
      inline: 'nearest',
      behavior: 'instant',
    });
  const style = getComputedStyle(document.documentElement);
  const from = (parseFloat(style.scrollPaddingTop) || 0) + MARGIN;
  const to =
    innerHeight - (parseFloat(style.scrollPaddingBottom) || 0) - MARGIN;
  let { top, bottom } = element.getBoundingClientRect();
  for (const other of others) {
    if (staysInView(other)) continue;
    const rect = other.getBoundingClientRect();
    const both = {
      top: Math.min(top, rect.top),
      bottom: Math.max(bottom, rect.bottom),
    };
    if (both.bottom - both.top <= to - from) ({ top, bottom } = both);
  }
  if (staysInView(element)) return;
  const by = top < from ? top - from : Math.max(0, bottom - to);
  // Not so far that its beginning is out of view instead.
  scrollBy({ top: Math.min(by, top - from), behavior: 'instant' });
}

/** Whether it is part of what does not scroll with the page. */
function staysInView(element: Element): boolean {
  for (let each: Element | null = element; each; each = parentOf(each))
    if (/^(?:sticky|fixed)$/.test(getComputedStyle(each).position)) return true;
  return false;
}

function parentOf(element: Element): Element | null {
  const root = element.getRootNode();
  return (
    element.parentElement ?? (root instanceof ShadowRoot ? root.host : null)
  );
}
