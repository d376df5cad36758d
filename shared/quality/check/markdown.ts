/** What the checks need to know about a Markdown text, with line numbers. */
import { hostAnchor } from '@on-the-wire/course/texts/host-anchor.ts';
import markdownIt, { type Token } from 'markdown-it';

/** A heading, `#` being level 1. */
export interface Heading {
  level: number;
  /** Its words, without marks. */
  text: string;
  line: number;
}

/** A block of code between fences. */
export interface Fence {
  language: string;
  /** The file that it names, if it names one. */
  file: string | undefined;
  lines: string[];
  /** The line of the text in which the first of `lines` stands. */
  line: number;
}

/** A link or an image. */
export interface Link {
  target: string;
  line: number;
}

/** A table; its first row names the columns. */
export interface MarkdownTable {
  rows: { cells: string[]; links: string[]; line: number }[];
}

/** A text in its parts. */
export interface Markdown {
  headings: Heading[];
  fences: Fence[];
  links: Link[];
  tables: MarkdownTable[];
  /** What stands in backticks within a sentence. */
  codes: { text: string; line: number }[];
  /** The anchors of its headings, as a Git host names them. */
  anchors: Set<string>;
}

/** CommonMark, tables, and HTML as it stands. */
export const parser = markdownIt({ html: true });

/** Reads a Markdown text: CommonMark, tables, and the links of HTML in it. */
export function parseMarkdown(text: string): Markdown {
  const markdown: Markdown = {
    headings: [],
    fences: [],
    links: [],
    tables: [],
    codes: [],
    anchors: new Set(),
  };
  const tokens = parser.parse(text, {});
  const source = text.split('\n');
  let cellLine = 1;
  for (const [index, token] of tokens.entries()) {
    const line = token.map ? token.map[0] + 1 : cellLine;
    cellLine = line;
    if (token.type === 'heading_open') {
      const words = wordsOf(tokens[index + 1]);
      const level = Number(token.tag.slice(1));
      markdown.headings.push({ level, text: words, line });
      hostAnchor(words, markdown.anchors);
    } else if (token.type === 'fence') {
      const [language = '', file] = token.info.trim().split(/\s+/);
      const lines = token.content.replace(/\n$/, '').split('\n');
      markdown.fences.push({ language, file, lines, line: line + 1 });
    } else if (token.type === 'html_block') {
      markdown.links.push(...linksOfHtml(token.content, line));
    } else if (token.type === 'table_open') {
      markdown.tables.push({ rows: [] });
    } else if (token.type === 'tr_open') {
      markdown.tables.at(-1)?.rows.push({ cells: [], links: [], line });
    }
    if (token.type !== 'inline') continue;

    const found = linksOf(token);
    const opener = tokens[index - 1]?.type;
    if (opener === 'td_open' || opener === 'th_open') {
      const row = markdown.tables.at(-1)?.rows.at(-1);
      row?.cells.push(wordsOf(token));
      row?.links.push(...found);
    }
    // A paragraph knows only where it begins: its links are looked for below.
    const lineOf = (words: string) => {
      const at = source.findIndex(
        (written, number) => number >= line - 1 && written.includes(words),
      );
      return at < 0 ? line : at + 1;
    };
    for (const target of found) {
      markdown.links.push({ target, line: lineOf(target) });
    }
    for (const child of token.children ?? []) {
      if (child.type === 'code_inline') {
        const { content } = child;
        markdown.codes.push({ text: content, line: lineOf(content) });
      }
      if (child.type === 'html_inline') {
        markdown.links.push(...linksOfHtml(child.content, line));
      }
    }
  }
  return markdown;
}

function wordsOf(inline: Token | undefined): string {
  return (inline?.children ?? [])
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');
}

function linksOf(inline: Token): string[] {
  return (inline.children ?? []).flatMap((token) => {
    if (token.type === 'link_open') return [String(token.attrGet('href'))];
    if (token.type === 'image') return [String(token.attrGet('src'))];
    return [];
  });
}

function linksOfHtml(html: string, line: number): Link[] {
  return html.split('\n').flatMap((text, index) =>
    [...text.matchAll(/\b(?:href|src|srcset)="([^"]*)"/g)].map(
      ([, target = '']) => ({
        target: target.split(' ')[0] ?? '',
        line: line + index,
      }),
    ),
  );
}
