/** Single keys, and the list of them. */
import { turn } from './book.ts';
import { own } from '@on-the-wire/viewer/page/elements.ts';
import { turnProjector, turnTheme } from '@on-the-wire/viewer/page/looks.ts';
import { recall, remember } from '@on-the-wire/viewer/page/memory.ts';
import { toggleWire } from './panes.ts';
import { readsFile } from './reader.ts';

const help = own<HTMLDialogElement>('help');
const singleKeys = own<HTMLInputElement>('single-keys');

const actions: Record<string, () => void> = {
  n: () => readsFile() || turn(1),
  p: () => readsFile() || turn(-1),
  c: () => readsFile() || own('contents').togglePopover(),
  w: toggleWire,
  t: turnTheme,
  b: turnProjector,
  '?': showHelp,
};

/** Listens to the keys, and lets the reader switch them off. */
export function startKeys(): void {
  // Whoever speaks to the computer, or hits keys by accident, needs them off
  // (WCAG 2.2, criterion 2.1.4).
  singleKeys.checked = recall('single-keys') !== false;
  singleKeys.addEventListener('change', () =>
    remember('single-keys', singleKeys.checked ? undefined : false),
  );
  own('help-button').addEventListener('click', showHelp);
  own('help-close').addEventListener('click', () => help.close());
  document.addEventListener('keydown', (event) => {
    if (!singleKeys.checked || help.open) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    if (target instanceof HTMLInputElement && target.type !== 'radio') return;
    if (target instanceof HTMLSelectElement) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function showHelp(): void {
  help.showModal();
  // Not the first control: that one would switch the keys off.
  own('help-close').focus();
}
