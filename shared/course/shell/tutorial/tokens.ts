/** What several parts ask of markdown-it's tokens. */
import type { Token } from 'markdown-it';

/** The text of a line without its marks; words of a link and code included. */
export function wordsOf(inline: Token[]): string {
  return inline
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');
}

/**
 * Whether a paragraph begins with exactly these words in bold.
 *
 * @param inline its inline token
 */
export function beginsWithStrong(
  inline: Token | undefined,
  words: string,
): boolean {
  const [, open, text] = inline?.children ?? [];
  return open?.type === 'strong_open' && text?.content === words;
}

/** Paragraphs, lists, fences and so on, each with all of its tokens. */
export function topLevelBlocks(tokens: Token[]): Token[][] {
  const blocks: Token[][] = [];
  let block: Token[] = [];
  for (const token of tokens) {
    block.push(token);
    if (token.level === 0 && token.nesting !== 1) {
      blocks.push(block);
      block = [];
    }
  }
  return blocks;
}
