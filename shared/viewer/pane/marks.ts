/**
 * Marks a text wherever it stands in some elements, without a change in the
 * document: no element is added, so whoever draws them need not know of it.
 */

const NAME = 'wire-found';

/** So many places are marked at most. */
const MOST = 2_000;

/**
 * Marks a text in a unit and in lines, and nowhere else. Where the browser
 * cannot (Firefox before 140), nothing is marked.
 *
 * @param text '' for nothing
 * @returns the first place in the unit
 */
export function markText(
  unit: Element,
  lines: readonly Element[],
  text: string,
): Range | undefined {
  const found: Range[] = [];
  const wanted = text.toLowerCase();
  if (wanted !== '')
    for (const each of [unit, ...lines]) collect(each, wanted, found);
  if (typeof Highlight !== 'undefined')
    CSS.highlights.set(NAME, new Highlight(...found));
  return found.find(({ startContainer }) => unit.contains(startContainer));
}

function collect(element: Element, wanted: string, found: Range[]): void {
  const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  while (texts.nextNode() && found.length < MOST) {
    const node = texts.currentNode as Text;
    const small = node.data.toLowerCase();
    // A few letters are longer when they are small: their places are unknown.
    if (small.length !== node.data.length) continue;
    let at = small.indexOf(wanted);
    while (at >= 0 && found.length < MOST) {
      const range = new Range();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      found.push(range);
      at = small.indexOf(wanted, at + wanted.length);
    }
  }
}
