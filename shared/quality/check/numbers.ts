/**
 * A number with a unit says where it comes from. Directly after the block in
 * which it stands (a paragraph, a list, a table, a box; in a fold, too) there
 * is a comment, or several, each of one of these forms:
 *
 *     <!-- measured: npx -y pnpm lesson xhr --wire; what to look at -->
 *     <!-- set in: server.ts -->
 *     <!-- source: High Performance Browser Networking, 2013, chapter 15 -->
 *     <!-- reckoned: 57 = 10,000 × 715 × 8 / 1e6 -->
 *
 * A section of a standard in the block is a source, too. Guesses need none, nor
 * headings, nor what stands in backticks or italics: that is code, or the words
 * of a button.
 */
import type { Token } from 'markdown-it';
import { citationsIn } from './citations.ts';
import type { Finding } from './finding.ts';
import { parser } from './markdown.ts';
import { checkNumberSource } from './number-sources.ts';
import { foldersOf, textOf, textsOfLesson } from './tree.ts';

/** What stands at the top level of a text, or of a fold in it. */
interface Block {
  /** As it is written. */
  source: string;
  /** As it is read, without code and italics. */
  words: string;
  line: number;
  /** The comments that follow it. */
  comments: { text: string; line: number }[];
}

const unit =
  '(?:ns|µs|μs|ms|s|sec|seconds?|minutes?|hours?|days?|bytes?|bits?|[kKMGT]i?B|[kMG]bit(?:/s)?|%|percent|per cent)';
const written =
  '(?:half an?|a quarter of an?|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|(?:a|one|two|three|some) (?:hundred|thousand|million)|hundreds of|thousands of|millions of)';
const measured = new RegExp(
  String.raw`(?<![\w.,])\d[\d.,]*(?: million| thousand)?[ \u00a0-]?${unit}(?![\w-])` +
    String.raw`|(?<![\w.,])\d[\d.,]* (?:times|×)(?!\w)` +
    String.raw`|\b${written}[ -]${unit}(?![\w-])` +
    String.raw`|\b${written} times (?:as|more|less|the|longer|faster|slower|smaller|larger)\b`,
  'gi',
);

/** Looks at the tutorials, the tasks, and the texts about all lessons. */
export async function checkNumbers(root: string): Promise<Finding[]> {
  const files = [
    'README.md',
    'CONTRIBUTING.md',
    'lessons/README.md',
    'lessons/TEACHING.md',
  ];
  for (const lesson of await foldersOf(root, 'lessons'))
    files.push(...(await textsOfLesson(root, lesson)));
  const findings = await Promise.all(
    files.map(async (file) => {
      const text = await textOf(root, file);
      return text === undefined ? [] : checkText(root, file, text);
    }),
  );
  return findings.flat();
}

async function checkText(
  root: string,
  file: string,
  text: string,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { source, words, line, comments } of blocksOf(text)) {
    for (const comment of comments)
      findings.push(
        ...(await checkNumberSource({ root, file, block: source, comment })),
      );
    const numbers = [...words.matchAll(measured)].map(([found]) => found);
    if (numbers.length === 0 || comments.length > 0) continue;
    if (citationsIn(source).length > 0) continue;
    findings.push({
      file,
      line,
      found: `${[...new Set(numbers)].join(' · ')}, and not where from`,
      expected:
        'directly after it <!-- measured: … -->, <!-- set in: … -->, <!-- source: … --> or <!-- reckoned: … -->, or a section of a standard in it',
      remedy: 'Say where it comes from, or leave the number out.',
    });
  }
  return findings;
}

/** The forms of comments that say where a number comes from. */
const form = /^<!--\s*((?:measured|set in|source|reckoned)\b[^]*?)\s*-->$/;

/** The blocks of a text in their order; headings and fences are none. */
function blocksOf(text: string): Block[] {
  const source = text.split('\n');
  const blocks: Block[] = [];
  let open: { block: Block; isGuess: boolean } | undefined;
  let depth = 0;
  let after: Block | undefined;
  for (const token of parser.parse(text, {})) {
    if (token.type === 'html_block' && depth === 0) {
      const [first, end] = token.map ?? [0, 0];
      const comments = commentsOf(token.content, first + 1);
      after?.comments.push(...comments);
      // What a fold asks is read, too.
      const summary = /<summary>([^]*?)<\/summary>/.exec(token.content)?.[1];
      if (summary !== undefined)
        blocks.push({
          source: source.slice(first, end).join('\n'),
          words: summary.replaceAll(/<(code|em)>[^]*?<\/\1>|<[^>]*>/g, ' '),
          line: first + 1,
          comments: [],
        });
      if (comments.length === 0) after = blocks.at(-1);
      continue;
    }
    if (token.nesting === 1 && depth === 0) {
      const [first, end] = token.map ?? [0, 0];
      const lines = source.slice(first, end);
      const items = lines.filter((line) => /^\s*[-*] /.test(line));
      open = {
        block: {
          source: lines.join('\n').trimEnd(),
          words: '',
          line: first + 1,
          comments: [],
        },
        isGuess:
          token.type === 'heading_open' ||
          (items.length > 0 &&
            items.every((item) => /^\s*[-*] \[ \]/.test(item))),
      };
    }
    depth += token.nesting;
    if (token.type === 'inline' && open && !open.isGuess)
      open.block.words += ` ${readable(token)}\n`;
    if (token.type === 'html_block' && open)
      // A comment inside a list or a box belongs to it.
      open.block.comments.push(
        ...commentsOf(token.content, (token.map?.[0] ?? 0) + 1),
      );
    if (depth > 0 || token.type === 'inline') continue;
    if (token.nesting === -1 && open) {
      blocks.push(open.block);
      after = open.block;
      open = undefined;
    } else if (token.nesting === 0) after = undefined; // a fence, a rule
  }
  return blocks;
}

/** What a paragraph says beside code, labels in italics and comments. */
function readable(inline: Token): string {
  let italics = 0;
  let words = '';
  for (const { type, content } of inline.children ?? []) {
    if (type === 'em_open') italics += 1;
    if (type === 'em_close') italics -= 1;
    if (type === 'softbreak' || type === 'hardbreak') words += ' ';
    else if (type === 'text' && italics === 0) words += content;
    else if (type === 'text' || type === 'code_inline') words += '…';
  }
  return words;
}

function commentsOf(html: string, line: number): Block['comments'] {
  return [...html.matchAll(/<!--[^]*?-->/g)].flatMap(({ index, 0: found }) => {
    const text = form.exec(found)?.[1];
    if (text === undefined) return [];
    const at = line + html.slice(0, index).split('\n').length - 1;
    return [{ text, line: at }];
  });
}
