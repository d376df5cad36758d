/**
 * The panes: side by side with a handle between them, or, in a narrow window,
 * one at a time behind tabs. All panes stay laid out, so that none loses its
 * scroll position and the lesson's page goes on.
 */
import { own } from '@on-the-wire/viewer/page/elements.ts';
import { ofLesson, recall, remember } from '@on-the-wire/viewer/page/memory.ts';

const narrow = matchMedia('(max-width: 759px)');
const least = 25; // per cent of what a handle divides
const most = 75;

const panes = [...document.querySelectorAll<HTMLElement>('.pane')];
const tabs = panes.map(makeTab);

/** Arranges the panes that index.html lists. */
export function startPanes(): void {
  startHandle({
    name: 'handle',
    property: '--tutorial',
    standard: 46,
    keys: ['ArrowLeft', 'ArrowRight'],
    shareAt: ({ clientX }, { left, width }) => ((clientX - left) / width) * 100,
  });
  startHandle({
    name: 'wire-handle',
    property: '--wire',
    standard: 45,
    keys: ['ArrowDown', 'ArrowUp'],
    shareAt: ({ clientY }, { bottom, height }) =>
      ((bottom - clientY) / height) * 100,
  });
  showWire(recall('wire') !== false);
  own('wire-button').addEventListener('click', toggleWire);
  startTabs();
}

/** Brings a pane to the front, where only one is shown at a time. */
export function choosePane(name: string): void {
  const chosen = panes.findIndex((pane) => pane.dataset['name'] === name);
  for (const [index, tab] of tabs.entries()) {
    tab.ariaSelected = String(index === chosen);
    tab.tabIndex = index === chosen ? 0 : -1;
    panes[index]?.toggleAttribute('data-chosen', index === chosen);
  }
  remember(ofLesson('pane'), chosen === 0 ? undefined : name);
}

interface Handle {
  /** The element, without `shell-`. */
  name: string;
  /** What it sets, as a share of all panes in per cent. */
  property: '--tutorial' | '--wire';
  standard: number;
  /** Which keys make the share smaller, and larger. */
  keys: [smaller: string, larger: string];
  /** The share of the pointer's place. */
  shareAt(event: PointerEvent, all: DOMRect): number;
}

function startHandle({
  name,
  property,
  standard,
  keys,
  shareAt,
}: Handle): void {
  const handle = own(name);
  const all = handle.parentElement as HTMLElement;
  const kept = property === '--tutorial' ? 'split' : 'wire-split';
  let share = standard;

  const setShare = (wanted: number) => {
    share = Math.min(most, Math.max(least, Math.round(wanted)));
    all.style.setProperty(property, `${share}%`);
    handle.setAttribute('aria-valuenow', String(share));
    handle.setAttribute('aria-valuetext', `${share} per cent`);
    remember(kept, share === standard ? undefined : share);
  };
  handle.setAttribute('aria-valuemin', String(least));
  handle.setAttribute('aria-valuemax', String(most));
  setShare(recall<number>(kept) ?? standard);

  handle.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 10 : 2;
    const [smaller, larger] = keys;
    const wanted: Record<string, number> = {
      [smaller]: share - step,
      [larger]: share + step,
      Home: least,
      End: most,
    };
    const to = wanted[event.key];
    if (to === undefined) return;
    event.preventDefault();
    setShare(to);
  });
  handle.addEventListener('dblclick', () => setShare(standard));
  handle.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    handle.setPointerCapture(event.pointerId);
    all.toggleAttribute('data-dragging', true);
  });
  handle.addEventListener('pointermove', (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    setShare(shareAt(event, all.getBoundingClientRect()));
  });
  handle.addEventListener('lostpointercapture', () =>
    all.toggleAttribute('data-dragging', false),
  );
}

/** Shows what is put away, and puts away what is shown. */
export function toggleWire(): void {
  showWire(own('wire-button').ariaPressed !== 'true');
}

/** Shows the wire, or puts it away: the page then has its room. */
export function showWire(shown: boolean): void {
  own('wire-button').ariaPressed = String(shown);
  own('handle').parentElement!.toggleAttribute('data-wire', shown);
  remember('wire', shown ? undefined : false);
}

function makeTab(pane: HTMLElement): HTMLElement {
  const tab = document.createElement('button');
  tab.type = 'button';
  tab.role = 'tab';
  tab.id = `${pane.id}-tab`;
  tab.textContent = pane.dataset['name'] ?? '';
  tab.setAttribute('aria-controls', pane.id);
  tab.addEventListener('click', () => choosePane(tab.textContent));
  return tab;
}

function startTabs(): void {
  const list = own('tabs');
  list.append(...tabs);
  list.addEventListener('keydown', ({ key }) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (by === undefined) return;
    const at = tabs.findIndex((tab) => tab.ariaSelected === 'true');
    const next = tabs[(at + by + tabs.length) % tabs.length];
    next?.click();
    next?.focus();
  });
  const first = panes[0]?.dataset['name'] ?? '';
  const kept = recall<string>(ofLesson('pane'));
  const there = panes.some((pane) => pane.dataset['name'] === kept);
  choosePane(there && kept ? kept : first);

  // A tab panel only where there are tabs.
  const settle = () => {
    for (const pane of panes) {
      pane.role = narrow.matches ? 'tabpanel' : null;
      if (narrow.matches)
        pane.setAttribute('aria-labelledby', `${pane.id}-tab`);
      else pane.removeAttribute('aria-labelledby');
    }
  };
  narrow.addEventListener('change', settle);
  settle();
}
