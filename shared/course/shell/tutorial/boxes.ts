/** Boxes: quotations that say what the page cannot see. */
import type { MarkdownIt } from 'markdown-it';
import { beginsWithStrong } from './tokens.ts';

/** A plugin of markdown-it. */
export function boxes(markdown: MarkdownIt): void {
  markdown.core.ruler.push('boxes', ({ tokens }) => {
    const title = 'What the page cannot see';
    for (const [index, open] of tokens.entries()) {
      const inline = tokens[index + 2];
      if (
        open.type !== 'blockquote_open' ||
        !beginsWithStrong(inline, `${title}.`)
      )
        continue;
      open.attrs = [
        ['class', 'unseen'],
        ['role', 'note'],
        ['aria-label', title],
      ];
      const close = tokens.find(
        ({ type, level }, at) =>
          at > index && type === 'blockquote_close' && level === open.level,
      );
      open.tag = 'div';
      if (close) close.tag = 'div';
      const [, strong, words] = inline?.children ?? [];
      strong?.attrSet('class', 'label');
      if (words) words.content = title;
    }
  });
}
