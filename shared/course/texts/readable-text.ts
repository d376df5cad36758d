/** Markdown as it is read: without marks. */
import markdownIt from 'markdown-it';
import { wordsOf } from '../shell/tutorial/tokens.ts';

const parser = markdownIt({ html: true });

/** The words of a paragraph, a heading or a cell, without line breaks. */
export function readableText(markdown: string): string {
  const [inline] = parser.parseInline(markdown, {});
  const words = (inline?.children ?? []).map((token) =>
    /^(soft|hard)break$/.test(token.type) ? ' ' : wordsOf([token]),
  );
  return words.join('').replaceAll(/\s+/g, ' ').trim();
}
