/**
 * Markdown as lines for a terminal: no marks and no comments, words wrapped, code
 * as it is.
 */
import { styleText } from 'node:util';
import markdownIt, { type Token } from 'markdown-it';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { asTyped } from '@on-the-wire/system/as-typed.ts';

const markdown = markdownIt({ html: true });

/**
 * @param width of the terminal, in columns
 * @param shellPort the lowest port of the run that the text stands beside
 * @param stream whose colours count; without any, code keeps its backticks
 */
export function terminalLines(
  text: string,
  {
    width,
    stream,
    shellPort,
  }: {
    width: number;
    stream: NodeJS.WritableStream;
    shellPort?: number | undefined;
  },
): string[] {
  const paint = (style: 'bold' | 'cyan', words: string) =>
    styleText(style, words, { stream });
  const code = (shown: string) => asTyped(shown, shellPort);
  const blocks: string[][] = [];
  let bullet = '';
  for (const token of markdown.parse(text, {})) {
    if (token.type === 'list_item_open') bullet = '- ';
    if (token.type === 'fence' || token.type === 'code_block')
      blocks.push(
        code(token.content)
          .trimEnd()
          .split('\n')
          .map((line) => `  ${line}`),
      );
    if (token.type !== 'inline') continue;
    const words = inline(token.children ?? [], paint, code);
    const lines = wrap(words, width - bullet.length);
    const first = blocks.at(-1);
    const item = lines.map((line, n) =>
      n > 0 && bullet ? `  ${line}` : bullet + line,
    );
    // Items of a list stand together.
    if (bullet && first?.[0]?.startsWith('- ')) first.push(...item);
    else blocks.push(item);
    bullet = '';
  }
  return blocks.flatMap((lines, n) => (n > 0 ? ['', ...lines] : lines));
}

function inline(
  tokens: readonly Token[],
  paint: (style: 'bold' | 'cyan', words: string) => string,
  code: (text: string) => string,
): string {
  let words = '';
  let strong = false;
  let href = '';
  for (const token of tokens) {
    const { type, content } = token;
    if (type === 'strong_open') strong = true;
    else if (type === 'strong_close') strong = false;
    else if (type === 'softbreak' || type === 'hardbreak') words += ' ';
    else if (type === 'link_open') href = String(token.attrGet('href') ?? '');
    else if (type === 'link_close') {
      if (/^https?:/.test(href)) words += ` (${href})`;
    } else if (type === 'code_inline') {
      const shown = code(content);
      const painted = paint('cyan', shown);
      words += painted === shown ? `\`${shown}\`` : painted;
    } else if (type === 'html_inline' && content.startsWith('<!--'))
      words = words.trimEnd();
    else words += strong ? paint('bold', content) : content;
  }
  return words;
}
