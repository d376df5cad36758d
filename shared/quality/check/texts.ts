/**
 * What a file says to people, in pieces that can be read: the sentences of a
 * Markdown text, the words of a page, the comments and strings of code. What
 * stands in backticks or in a fence is code: in a piece a backtick stands for
 * it. A piece keeps the line breaks of its file, so that each place in it has
 * a line.
 */
import type { Token } from 'markdown-it';
import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';
import { parser } from './markdown.ts';

/** One piece. */
export interface Text {
  /** A title is a heading, or a link that repeats one. */
  kind: 'sentence' | 'title' | 'comment' | 'string';
  words: string;
  /** The line of the file in which it begins, from 1. */
  line: number;
}

/** What stands for code, and for what a template inserts. */
const code = '`';

/**
 * The pieces of a file, in their order.
 *
 * @param file its name says how it is read: .md, .html, or else as TypeScript
 */
export function textsOf(file: string, source: string): Text[] {
  const texts = file.endsWith('.md')
    ? textsOfMarkdown(source)
    : file.endsWith('.html')
      ? textsOfHtml(source, 1)
      : textsOfCode(source);
  return texts.filter(({ words }) => /[\p{L}\p{N}]/u.test(words));
}

/** The line of a place in a piece. */
export function lineAt(text: Text, index: number): number {
  return text.line + text.words.slice(0, index).split('\n').length - 1;
}

// --- Markdown ---

function textsOfMarkdown(source: string): Text[] {
  const tokens = parser.parse(source, {});
  let line = 1;
  return tokens.flatMap((token, index): Text[] => {
    // A cell has no place of its own: it stands in the line of its row.
    if (token.map) line = token.map[0] + 1;
    if (token.type === 'html_block') return textsOfHtml(token.content, line);
    if (token.type !== 'inline') return [];
    const isHeading = tokens[index - 1]?.type === 'heading_open';
    const { sentence, titles } = wordsOf(token.children ?? []);
    return [
      { kind: isHeading ? 'title' : 'sentence', words: sentence, line },
      ...titles.map((words) => ({ kind: 'title' as const, words, line })),
    ];
  });
}

/** The words of a paragraph, and apart from them the titles that it links. */
function wordsOf(children: Token[]): { sentence: string; titles: string[] } {
  const titles: string[] = [];
  let sentence = '';
  let inTitle = false;
  for (const { type, content, attrGet } of children.map((token) => ({
    type: token.type,
    content: token.content,
    attrGet: (name: string) => token.attrGet(name),
  }))) {
    if (type === 'link_open') {
      inTitle = /(^|\/)exercises\/|^#\d/.test(String(attrGet('href')));
      if (inTitle) titles.push('');
    } else if (type === 'link_close') {
      if (inTitle) sentence += code;
      inTitle = false;
    }
    const words =
      type === 'text' || type === 'image'
        ? content
        : type === 'code_inline'
          ? code
          : type === 'softbreak' || type === 'hardbreak'
            ? '\n'
            : '';
    if (inTitle) titles.push(titles.pop() + words);
    else sentence += words;
  }
  return { sentence, titles };
}

// --- HTML ---

/** What a page shows or says: text, and the attributes that hold some. */
function textsOfHtml(source: string, first: number): Text[] {
  const blank = (text: string) => text.replaceAll(/[^\n]/g, '');
  const shown = source
    .replaceAll(/<!--[^]*?-->/g, blank)
    .replaceAll(/<(script|style)\b[^]*?<\/\1>/g, blank)
    .replaceAll(
      /<(code|kbd|pre)\b[^>]*>[^]*?<\/\1>/g,
      (text) => code + blank(text),
    );
  const attributes = shown.matchAll(
    /\s(?:title|alt|placeholder|aria-label|content)="([^"]*)"/g,
  );
  const lineOf = (index: number) =>
    first + shown.slice(0, index).split('\n').length - 1;
  const texts: Text[] = [...attributes].map(({ index, 1: words = '' }) => ({
    kind: 'string',
    words,
    line: lineOf(index + 1),
  }));
  // What is inside a sentence does not end it.
  const inline = /<\/?(?:a|b|i|em|strong|small|span|abbr|q|output|br)\b[^>]*>/g;
  const joined = shown.replaceAll(inline, (tag) =>
    '\n'.repeat(tag.split('\n').length - 1),
  );
  const pieces = joined.split(/(<[^>]*>)/);
  let line = first;
  for (const piece of pieces) {
    const isTag = piece.startsWith('<');
    const words = piece.trimStart();
    const before = piece.slice(0, piece.length - words.length);
    if (!isTag && words !== '')
      texts.push({
        kind: 'sentence',
        words: unescape(words.trimEnd()),
        line: line + before.split('\n').length - 1,
      });
    line += piece.split('\n').length - 1;
  }
  return texts;
}

function unescape(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');
}

// --- Code ---

const comments = [
  SyntaxKind.SingleLineCommentTrivia,
  SyntaxKind.MultiLineCommentTrivia,
];
const blanks = [SyntaxKind.WhitespaceTrivia, SyntaxKind.NewLineTrivia];

/** After one of these a slash divides; after anything else it begins a RegExp. */
const values = [
  SyntaxKind.Identifier,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.NumericLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.ThisKeyword,
];

/** The parts of a template, and of strings that `+` joins, are one piece. */
function textsOfCode(source: string): Text[] {
  const texts: Text[] = [];
  const scanner = createScanner(false, undefined, source);
  /** Braces that are open; `true` for one that a template opened. */
  const braces: boolean[] = [];
  /** The templates around this place, each the piece that it belongs to. */
  const templates: Text[] = [];
  let previous = SyntaxKind.Unknown;
  let beforePrevious = SyntaxKind.Unknown;
  let last: Text | undefined;
  let counted = 0;
  let line = 1;
  for (;;) {
    let kind = scanner.scan();
    if (kind === SyntaxKind.EndOfFile) return texts;
    if (blanks.includes(kind)) continue;
    if (isSlash(kind) && !values.includes(previous))
      kind = scanner.reScanSlashToken();
    else if (kind === SyntaxKind.CloseBraceToken && braces.pop())
      kind = scanner.reScanTemplateToken(false);
    const start = scanner.getTokenStart();
    line += source.slice(counted, start).split('\n').length - 1;
    counted = start;

    const token = scanner.getTokenText();
    if (comments.includes(kind)) {
      addComment(texts, token, line);
      continue;
    }
    if (kind === SyntaxKind.OpenBraceToken) braces.push(false);
    const isHead = kind === SyntaxKind.TemplateHead;
    const isPart =
      kind === SyntaxKind.TemplateMiddle || kind === SyntaxKind.TemplateTail;
    if (isHead || kind === SyntaxKind.TemplateMiddle) braces.push(true);
    const isWhole =
      kind === SyntaxKind.StringLiteral ||
      kind === SyntaxKind.NoSubstitutionTemplateLiteral;
    if (isWhole || isHead || isPart) {
      const around = isPart ? templates.pop() : undefined;
      const joins = previous === SyntaxKind.PlusToken && isEnd(beforePrevious);
      const piece: Text = around ??
        (joins ? last : undefined) ?? { kind: 'string', words: '', line };
      const value = isWhole
        ? token.slice(1, -1)
        : token.slice(1, token.endsWith('`') ? -1 : -2) +
          (token.endsWith('`') ? '' : code);
      if (piece.words === '') texts.push(piece);
      const reached = piece.line + piece.words.split('\n').length - 1;
      piece.words += '\n'.repeat(Math.max(0, line - reached)) + plain(value);
      if (isHead || kind === SyntaxKind.TemplateMiddle) templates.push(piece);
      last = piece;
    }
    beforePrevious = previous;
    previous = kind;
  }
}

function isSlash(kind: SyntaxKind): boolean {
  return kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken;
}

/** Whether a string ends with this. */
function isEnd(kind: SyntaxKind): boolean {
  return (
    kind === SyntaxKind.StringLiteral ||
    kind === SyntaxKind.NoSubstitutionTemplateLiteral ||
    kind === SyntaxKind.TemplateTail
  );
}

/** A string without its escapes; one for a line break is a blank. */
function plain(value: string): string {
  return withoutCode(
    value
      .replaceAll(/\\(?:r\\n|[nrt])/g, ' ')
      .replaceAll(/\\(['"`$\\])/g, '$1'),
  );
}

/** Lines of `//` one below the other are one comment. */
function addComment(texts: Text[], token: string, line: number): void {
  const words = wordsOfComment(token);
  const above = texts.at(-1);
  const isNext =
    token.startsWith('//') &&
    above?.kind === 'comment' &&
    above.line + above.words.split('\n').length === line;
  if (isNext) above.words += `\n${words}`;
  else texts.push({ kind: 'comment', words, line });
}

function wordsOfComment(token: string): string {
  const lines = token
    .replace(/\*\/$/, '')
    .split('\n')
    .map((text) => text.trim().replace(/^(?:\/\/+|\/\*+|\*)\s?/, ''));
  return withoutCode(
    lines
      .join('\n')
      .replaceAll(/@(?:param|template) (?:\{[^}]*\} )?[\w.[\]]+/g, code),
  );
}

function withoutCode(text: string): string {
  return text.replaceAll(
    /`[^`]*`/g,
    (span) => code + '\n'.repeat(span.split('\n').length - 1),
  );
}
