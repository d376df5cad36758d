/** Tables, which scroll by themselves. */
import type { MarkdownIt, Token } from 'markdown-it';

/** A plugin of markdown-it. */
export function tables(markdown: MarkdownIt): void {
  const { rules } = markdown.renderer;
  rules.table_open = () =>
    '<div class="table" role="group" aria-label="Table">\n<table>\n';
  rules.table_close = () => '</table>\n</div>\n';
  // The head of a column without a name is a cell like any other.
  markdown.core.ruler.push('nameless-columns', ({ tokens }) => {
    for (const [index, open] of tokens.entries()) {
      const close = tokens[index + 2];
      if (open.type !== 'th_open' || tokens[index + 1]?.content !== '')
        continue;
      open.tag = 'td';
      if (close) close.tag = 'td';
    }
  });
  // The content security policy allows no style in an attribute.
  rules.th_open = rules.td_open = (tokens, index, options, _env, renderer) => {
    const cell = tokens[index] as Token;
    const align = /text-align:(\w+)/.exec(String(cell.attrGet('style')))?.[1];
    cell.attrs = align ? [['class', align]] : null;
    return renderer.renderToken(tokens, index, options);
  };
}
