/**
 * Text of any length. The beginning is drawn at once, the rest when it is
 * wanted: in blocks, of which the browser lays out those in sight.
 */
import { printable } from '@on-the-wire/wire/text.ts';
import { button } from './parts.ts';

const FIRST = 50_000; // characters that are drawn at once
const LINES = 200; // of a block

/**
 * Makes an element with a text in it. What would turn a line around, hide or
 * move the cursor is written out; line ends and tabs are themselves.
 */
export function makeLongText(text: string): HTMLElement {
  const element = document.createElement('div');
  element.className = 'long-text';
  const plain = text.replaceAll('\r\n', '\n');
  if (plain.length <= FIRST) {
    element.append(...blocksOf(plain));
    return element;
  }
  const cut = plain.lastIndexOf('\n', FIRST);
  const shown = plain.slice(0, cut > FIRST / 2 ? cut : FIRST);
  const all = button(
    `Show all ${plain.length.toLocaleString('en')} characters`,
  );
  all.className = 'show-all';
  all.addEventListener('click', () => {
    const hadFocus = document.activeElement === all;
    element.replaceChildren(...blocksOf(plain));
    if (!hadFocus) return;
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  });
  element.append(...blocksOf(shown), all);
  return element;
}

/** Cut at line ends alone, so that what is copied has no others. */
function blocksOf(text: string): HTMLElement[] {
  const lines = text.split('\n');
  const blocks: HTMLElement[] = [];
  for (let from = 0; from < lines.length; from += LINES) {
    const block = document.createElement('div');
    block.className = 'text-block';
    block.textContent = lines
      .slice(from, from + LINES)
      .map((line) => line.split('\t').map(printable).join('\t'))
      .join('\n');
    blocks.push(block);
  }
  return blocks;
}
