/** The words around what was looked for. */
import type { Hit } from './search.ts';

/**
 * Cuts a part out of a hit's block, from a little before its first mark.
 *
 * @param width how many characters it has at most
 * @returns what is not marked and what is, in turns
 */
export function snippetOf(
  { block: { text }, marks }: Pick<Hit, 'block' | 'marks'>,
  width: number,
): string[] {
  const wanted =
    text.length <= width
      ? 0
      : Math.max(0, (marks[0]?.[0] ?? 0) - Math.floor(width / 3));
  const from = wanted === 0 ? 0 : text.indexOf(' ', wanted) + 1;
  const last = from + width - '… …'.length;
  const cut = text.lastIndexOf(' ', last);
  const to = text.length <= last ? text.length : cut > from ? cut : last;
  const parts: string[] = [];
  let at = from;
  for (const [begin, end] of marks) {
    if (begin < at || end > to) continue;
    parts.push(text.slice(at, begin), text.slice(begin, end));
    at = end;
  }
  parts.push(text.slice(at, to) + (to < text.length ? ' …' : ''));
  parts[0] = (from > 0 ? '… ' : '') + parts[0];
  return parts;
}
