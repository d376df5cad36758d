/**
 * Links of the text that point at a control. A press of one opens what hides
 * the control, brings it into view, outlines it and puts the focus on it, so
 * that Enter presses it. The link itself never presses it, and is no visit of
 * the browser's history.
 */
import { announce, own } from '@on-the-wire/viewer/page/elements.ts';
import { revealControl } from '@on-the-wire/viewer/pane/controls.ts';
import type { makeLiveWire } from '@on-the-wire/viewer/pane/panels.ts';
import { frontOf } from '../../conditions/watch.ts';
import { readPointTarget, type PointTarget } from '../../texts/point-target.ts';
import { pointInPage, type Pointed } from './lesson-page.ts';
import { choosePane, showWire } from './panes.ts';
import { proxy } from './proxy.ts';

type Wire = ReturnType<typeof makeLiveWire>;

/** What can be broken is known so many ms after the page, at most. */
const SOON = 2_000;

const nowhere: Pointed = { found: false, disabled: false };

/** Lets all such links of the page work, those to come included. */
export function startPointing(wire: Wire): void {
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest<HTMLElement>('a.points');
    const plain =
      !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
    const target = link && readPointTarget(link.getAttribute('href') ?? '');
    if (!link || !target || !plain) return;
    event.preventDefault();
    void follow(link, target, wire);
  });
}

async function follow(
  link: HTMLElement,
  target: PointTarget,
  wire: Wire,
): Promise<void> {
  for (const said of document.querySelectorAll('.points-nowhere'))
    said.remove();
  // A page or a panel may take a moment.
  link.ariaBusy = 'true';
  const { found, disabled } = await pointAt(target, wire);
  link.ariaBusy = null;
  if (found && !disabled) return;
  const words = found
    ? `${link.textContent} is there, but it cannot be pressed now.`
    : `${link.textContent} is not there now.`;
  announce(words);
  const said = document.createElement('span');
  said.className = 'points-nowhere';
  // It was announced: no one should hear it twice.
  said.ariaHidden = 'true';
  said.textContent = ` (${words})`;
  link.after(said);
}

async function pointAt(target: PointTarget, wire: Wire): Promise<Pointed> {
  const { place, control, beside } = target;
  if (place === 'page') {
    choosePane('Page');
    return pointInPage(control, beside);
  }
  if (place === 'shell') return mark(revealOfShell(control));
  showWire(true);
  choosePane('Wire');
  const [, kind = '', text = ''] =
    /^unit:([^:]+)(?::"?(.*?)"?)?$/.exec(control) ?? [];
  if (kind === '')
    return mark(
      await soon(() => revealControl(own('wire'), controlHere(control))),
    );
  const n = wire.newest(kind, text);
  if (n === undefined) return nowhere;
  wire.open(n);
  return mark(wire.lines);
}

/** Where a proxy stands between, a link from the browser is its front. */
const controlHere = (control: string) =>
  control.replace(/\bbrowser-\w+$/, (link) => frontOf(link, proxy));

function revealOfShell(name: string): HTMLElement | undefined {
  const control = document.getElementById(`shell-${name}`);
  // In a narrow window the wire has a tab instead of a button.
  const wire = ['shell-wire-button', 'shell-pane-wire-tab']
    .map((id) => document.getElementById(id))
    .find((each) => each?.checkVisibility());
  if (name === 'wire') return wire ?? undefined;
  const menu = control?.closest<HTMLElement>('[popover]');
  // Where it stands in the strip it is no menu, and always open.
  if (menu && !menu.checkVisibility()) menu.showPopover();
  return control?.checkVisibility() ? control : undefined;
}

async function soon(
  look: () => HTMLElement | undefined,
): Promise<HTMLElement | undefined> {
  const until = performance.now() + SOON;
  let found = look();
  while (!found && performance.now() < until) {
    await new Promise((rest) => setTimeout(rest, 50));
    found = look();
  }
  return found;
}

let unmark = () => {};

/** Brings it into view, outlines it, and puts the focus on it. */
function mark(control: HTMLElement | undefined): Pointed {
  unmark();
  if (!control) return nowhere;
  const ends = new AbortController();
  const { signal } = ends;
  unmark = () => {
    ends.abort();
    control.removeAttribute('data-pointed');
  };
  control.toggleAttribute('data-pointed', true);
  control.scrollIntoView({
    block: 'nearest',
    inline: 'nearest',
    behavior: 'instant',
  });
  control.focus({ preventScroll: true });
  control.addEventListener('blur', () => unmark(), { signal });
  addEventListener('pointerdown', () => unmark(), { signal });
  return { found: true, disabled: control.matches(':disabled') };
}
