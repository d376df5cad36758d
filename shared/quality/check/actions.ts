/**
 * The conditions in the comments of a tutorial: each can be read, what it names
 * exists, every action of a *Do* has one or says why not, and every *Predict*
 * says by what a run decides it.
 */
import { join } from 'node:path';
import {
  findComments,
  type Comment,
} from '@on-the-wire/course/conditions/comments.ts';
import type { Atom } from '@on-the-wire/course/conditions/condition.ts';
import { FaultError, parseFault } from '@on-the-wire/tap/tap.ts';
import type { Finding } from './finding.ts';
import { parser } from './markdown.ts';
import { isProxyFile, missingControl } from './points.ts';
import { exists, foldersOf, textOf, textsWithSteps } from './tree.ts';

/** Looks at the tutorial of each folder in `lessons/`, and at its side trips. */
export async function checkActions(root: string): Promise<Finding[]> {
  const lessons = await foldersOf(root, 'lessons');
  const files = await Promise.all(
    lessons.map((lesson) => textsWithSteps(root, lesson)),
  );
  const findings = await Promise.all(
    files.flat().map((file) => checkTutorial(root, file)),
  );
  return findings.flat();
}

async function checkTutorial(root: string, file: string): Promise<Finding[]> {
  const text = await textOf(root, file);
  if (text === undefined) return [];
  const findings: Finding[] = [];
  const report = (
    line: number,
    found: string,
    expected: string,
    remedy: string,
  ) => findings.push({ file, line, found, expected, remedy });
  const guesses = new Map<string, number>();
  const comments: Comment[] = [];
  findComments(
    parser.parse(text, {}),
    (comment) => comments.push(comment),
    (step, of) => guesses.set(step, of.length),
  );
  for (const comment of comments) {
    const { line, step } = comment;
    if (comment.kind === 'broken') {
      report(
        line,
        comment.text,
        comment.error,
        'Write it as conditions/parse.ts says.',
      );
      continue;
    }
    for (const atom of atomsOf(comment)) {
      const expected = await missingIn(root, file, atom);
      if (expected !== undefined)
        report(line, comment.text, expected, 'Name what there is.');
    }
    if (comment.kind !== 'decides' || 'nothing' in comment.decision) continue;
    const most = guesses.get(step ?? '') ?? 0;
    for (const { guess } of comment.decision.clauses)
      if (guess > most)
        report(
          line,
          `${guess} if …, where there are ${most} guesses`,
          `the number of a guess, from 1 to ${most}`,
          'Count the guesses above it.',
        );
  }
  for (const { line, what } of withoutCondition(text, comments))
    report(
      line,
      what === 'do'
        ? 'an action without a condition'
        : 'a guess that nothing decides',
      what === 'do'
        ? '<!-- do: CONDITION --> at its end, or <!-- do: nothing, REASON -->'
        : '<!-- decides: N if CONDITION --> after the guesses, or <!-- decides: nothing, REASON -->',
      'Say how the shell sees it: conditions/parse.ts lists the words.',
    );
  return findings;
}

function atomsOf(comment: Comment): Atom[] {
  if (comment.kind === 'decides')
    return 'nothing' in comment.decision
      ? []
      : comment.decision.clauses.flatMap(({ condition }) => [...condition]);
  return 'condition' in comment ? [...comment.condition] : [];
}

/** What a condition names and there is not, in words. */
async function missingIn(
  root: string,
  file: string,
  atom: Atom,
): Promise<string | undefined> {
  const missing = (place: 'page' | 'wire', control: string) =>
    missingControl(root, file, { place, control, beside: [] });
  if (atom.what === 'page') return missing('page', atom.name);
  if (atom.what === 'file') {
    const folder = file.split('/').slice(0, 2).join('/');
    const isThere =
      isProxyFile(atom.name) || (await exists(join(root, folder, atom.name)));
    return isThere ? undefined : `a file ${atom.name} in the lesson's folder`;
  }
  if (atom.what === 'fault') {
    const { name, values } = atom;
    try {
      parseFault(values === undefined ? name : `${name}=${values}`);
    } catch (error) {
      if (error instanceof FaultError) return error.message;
      throw error;
    }
  }
  return 'link' in atom && atom.link !== undefined
    ? missing('wire', `link:${atom.link}`)
    : undefined;
}

/** The actions that say no condition, and the predictions that say no decision. */
function withoutCondition(
  text: string,
  comments: readonly Comment[],
): { line: number; what: 'do' | 'decides' }[] {
  const missing: { line: number; what: 'do' | 'decides' }[] = [];
  const kinds = (from: number, to: number) =>
    comments
      .filter(({ line }) => line >= from && line <= to)
      .map((comment) => (comment.kind === 'broken' ? 'broken' : comment.kind));
  const has = (what: 'do' | 'decides', [from, to]: [number, number]) =>
    kinds(from, to).some((kind) => kind === what || kind === 'broken');
  for (const { label, lines, items } of blocksOf(text)) {
    if (label === 'Predict' && !has('decides', lines))
      missing.push({ line: lines[0], what: 'decides' });
    if (label !== 'Do') continue;
    for (const item of items.length > 0 ? items : [lines])
      if (!has('do', item)) missing.push({ line: item[0], what: 'do' });
  }
  return missing;
}

interface Block {
  label: string;
  /** Its first and its last line, from 1. */
  lines: [number, number];
  /** Those of the items of its numbered lists. */
  items: [number, number][];
}

/** The labelled blocks of the steps. */
function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let block: Block | undefined;
  let isStep = false;
  const tokens = parser.parse(text, {});
  for (const [at, token] of tokens.entries()) {
    const { type, tag, level, map } = token;
    const inline = tokens[at + 1];
    if (type === 'heading_open' && tag === 'h2') {
      isStep = /^\d+\. /.test(inline?.content ?? '');
      block = undefined;
    }
    const label =
      isStep && level === 0 && type === 'paragraph_open'
        ? /^\*\*(Predict|Do|See|Why)\.\*\*/.exec(inline?.content ?? '')?.[1]
        : undefined;
    if (label !== undefined) {
      block = { label, lines: [map![0] + 1, map![1]], items: [] };
      blocks.push(block);
    }
    if (!block || !map) continue;
    block.lines[1] = Math.max(block.lines[1], map[1]);
    const isNumbered =
      type === 'list_item_open' && level === 1 && token.info !== '';
    if (isNumbered) block.items.push([map[0] + 1, map[1]]);
  }
  return blocks;
}
