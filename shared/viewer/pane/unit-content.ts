/**
 * What a unit carries, whole: JSON with a line for each value, forms name by
 * name, other text as it came; of what is no text the bytes.
 */
import type { UnitContent } from '@on-the-wire/wire/fields.ts';
import { hexByte, printable } from '@on-the-wire/wire/text.ts';
import { character } from '../content/comparison.ts';
import { partTitle, showContent } from '../content/shown-content.ts';
import { makeLongText } from './long-text.ts';
import { button, paragraph, part } from './parts.ts';

const ROW = 16; // bytes
const DUMPED = 65_536; // bytes of what is no text that are drawn
/** Parts within parts that are drawn: a multipart body may be one of them. */
const DEEPEST = 3;

/** Draws it into an element that is empty. */
export function drawContent(
  container: HTMLElement,
  content: UnitContent,
): void {
  const { bytes, type, coding, problem } = content;
  const size = sizeInWords(bytes.length);
  const about = [
    type === '' ? 'no media type said' : printable(type),
    coding === undefined ? size : `${size}, decoded from ${printable(coding)}`,
  ];
  const top = document.createElement('div');
  top.className = 'about';
  top.append(paragraph(about.join(' · ')));
  container.append(top);
  if (problem !== undefined) {
    const element = paragraph(problem);
    element.className = 'problem';
    container.append(element);
  }
  container.append(...elementsOf(content, rowAt(container), 1));
  // A button of the whole stands beside what is said of it.
  const raw = container.querySelector(':scope > .raw');
  if (raw) top.append(raw);
}

const sizeInWords = (size: number) =>
  size === 1 ? '1 byte' : `${size.toLocaleString('en')} bytes`;

/** Bytes in a row of a dump: half of them where there is little room. */
const rowAt = ({ clientWidth }: HTMLElement) =>
  clientWidth > 0 && clientWidth < 600 ? ROW / 2 : ROW;

function elementsOf(
  content: UnitContent,
  perRow: number,
  depth: number,
): HTMLElement[] {
  if (content.bytes.length === 0) return [paragraph('It is empty.')];
  const shown = showContent(content);
  switch (shown.as) {
    case 'JSON':
      return [
        ...(shown.isWhole
          ? []
          : [paragraph('The JSON ends before it is complete.')]),
        ...withRaw(() => makeLongText(shown.pretty), shown.text),
      ];
    case 'form':
      return withRaw(() => makeEntries(shown.entries), shown.text);
    case 'parts':
      return shown.parts.map((each) => {
        const title = document.createElement('h3');
        title.textContent = printable(partTitle(each));
        const element = document.createElement('section');
        const inside =
          depth < DEEPEST
            ? elementsOf(each, perRow, depth + 1)
            : [makeDump(each.bytes, perRow)];
        element.append(title, ...inside);
        return element;
      });
    case 'text':
      return [
        ...(shown.isLatin1
          ? [paragraph('It is not UTF-8: each byte is shown as Latin-1.')]
          : []),
        makeLongText(shown.text),
      ];
    case 'bytes':
      return [paragraph('It is not text.'), makeDump(content.bytes, perRow)];
  }
}

/** Whether contents are shown as they came; it holds for those that follow. */
let isRaw = false;

/** What is shown better than it came, and a button between the two. */
function withRaw(makeReadable: () => HTMLElement, text: string): HTMLElement[] {
  const toggle = button('As it came');
  toggle.className = 'raw';
  const holder = document.createElement('div');
  const draw = () => {
    toggle.ariaPressed = String(isRaw);
    holder.replaceChildren(isRaw ? makeLongText(text) : makeReadable());
  };
  toggle.addEventListener('click', () => {
    isRaw = !isRaw;
    draw();
  });
  draw();
  return [toggle, holder];
}

function makeEntries(entries: [name: string, value: string][]): HTMLElement {
  const list = document.createElement('dl');
  for (const [name, value] of entries) {
    const term = document.createElement('dt');
    term.textContent = printable(name);
    const description = document.createElement('dd');
    description.append(makeLongText(value));
    list.append(term, description);
  }
  return list;
}

/** As `hexdump -C` writes it: offset, digits, letters. */
function makeDump(bytes: Uint8Array, perRow: number): HTMLElement {
  const lines: string[] = [];
  const end = Math.min(bytes.length, DUMPED);
  for (let at = 0; at < end; at += perRow) {
    const row = Array.from(bytes.subarray(at, Math.min(at + perRow, end)));
    lines.push(
      [
        at.toString(16).padStart(8, '0'),
        row
          .map(hexByte)
          .join(' ')
          .padEnd(perRow * 3 - 1),
        row.map(character).join(''),
      ].join('  '),
    );
  }
  const element = part('dump', '');
  element.append(makeLongText(lines.join('\n')));
  if (end < bytes.length)
    element.append(
      paragraph(
        `These are its first ${sizeInWords(end)}; save the run to have all ${sizeInWords(bytes.length)}.`,
      ),
    );
  return element;
}
