/**
 * The opening of a lesson: its first minute, at the top of its tutorial, before
 * everything else. What it looks like there, for a reader of a Git host too:
 *
 *     **The first minute.** A sentence. *What stands on the button*, and the
 *     rest of the paragraph, which only such a reader sees.
 *
 *     <!-- opening: press cut within event -->
 *
 *     - what is shown <!-- opening: show unit event down -->
 *     - more of it <!-- opening: show page seen has "of" -->
 *
 *     What has happened, in a sentence. [Why?](#1-the-first-step-3-min)
 *
 * What a press does, one after the other, with `;` between:
 *
 *     page NAME             presses a control of the page; `NAME=VALUE` chooses
 *                           a value, and moves what slides to it
 *     cut within event      resets the connection that carries the next event
 *                           of an event stream, in the middle of that event
 *     fault FAULT           sets a fault, as it is typed after `--fault`
 *     mend                  lifts the faults that this press has set
 *     until CONDITION       waits until what came since the press fulfils it
 *     again until CONDITION presses the last control once more, until it does
 *
 * What is shown is a condition too, whose unit and whose page's value are shown;
 * or `request cost`: the bytes of the smallest request and its response in this
 * run, without their bodies.
 */
import markdownIt, { type Token } from 'markdown-it';
import {
  beginsWithStrong,
  topLevelBlocks,
  wordsOf,
} from '../shell/tutorial/tokens.ts';
import type { Condition } from './condition.ts';
import { ConditionError, parseCondition } from './parse.ts';

/** The words with which the paragraph of an opening begins. */
export const OPENING = 'The first minute.';

/** One thing that a press does. */
export type Act =
  | { act: 'page'; control: string }
  | { act: 'cut' }
  | { act: 'fault'; fault: string }
  | { act: 'mend' }
  | { act: 'until'; condition: Condition; again: boolean };

/** What is shown of the run. */
export type OpeningPart = { condition: Condition } | { cost: 'request' };

/** An opening, read. The tokens are for the shell to render. */
export interface Opening {
  /** The sentence above the button. */
  sentence: Token[];
  /** What stands on the button. */
  button: string;
  acts: Act[];
  shown: { words: Token[]; show: OpeningPart }[];
  /** What has happened, and the link that leads on. */
  after: Token[];
  /** How many of the blocks it takes. */
  blocks: number;
}

/**
 * Reads what stands after `press`.
 *
 * @throws ConditionError that says what was found, and what was expected
 */
export function parseActs(text: string): Act[] {
  const acts = (text.match(/(?:"[^"]*"|[^;"]|")+/g) ?? []).map(parseAct);
  const first = acts.findIndex(({ act }) => act === 'page');
  const again = acts.findIndex((each) => 'again' in each && each.again);
  if (acts.length === 0 || (again >= 0 && (first < 0 || again < first)))
    throw new ConditionError(
      `Reading an opening: found "${text.trim()}", expected what is pressed, and "again" only after it.`,
    );
  return acts;
}

function parseAct(text: string): Act {
  const words = text.trim().replaceAll(/\s+/g, ' ');
  if (words === 'cut within event') return { act: 'cut' };
  if (words === 'mend') return { act: 'mend' };
  const [, verb, rest = ''] =
    /^(page|fault|until|again until) (.+)$/.exec(words) ?? [];
  const isName = rest !== '' && !/[\s"]/.test(rest);
  if (verb === 'page' && isName) return { act: 'page', control: rest };
  if (verb === 'fault' && isName) return { act: 'fault', fault: rest };
  if (verb === 'until' || verb === 'again until')
    return {
      act: 'until',
      condition: parseWatched(rest),
      again: verb !== 'until',
    };
  throw new ConditionError(
    `Reading an opening: found "${words}", expected page NAME, cut within event, fault FAULT, mend, until CONDITION or again until CONDITION.`,
  );
}

/**
 * Reads what stands after `show`.
 *
 * @throws ConditionError that says what was found, and what was expected
 */
export function parseShown(text: string): OpeningPart {
  const words = text.trim().replaceAll(/\s+/g, ' ');
  if (words === 'request cost') return { cost: 'request' };
  return { condition: parseWatched(words) };
}

/** Only what the open page can see for itself. */
function parseWatched(text: string): Condition {
  const condition = parseCondition(text);
  for (const atom of condition)
    if (
      !['unit', 'note', 'page'].includes(atom.what) ||
      (atom.what === 'unit' && atom.how === 'opened')
    )
      throw new ConditionError(
        `Reading an opening: found "${text}", expected unit …, note … or page …`,
      );
  return condition;
}

/**
 * Reads the opening with which a text begins.
 *
 * @param blocks its top level blocks, each with its tokens
 * @param at which of them may be its first
 * @returns undefined where none begins there
 * @throws ConditionError that says what is wrong with one that does
 */
export function readOpening(
  blocks: readonly Token[][],
  at: number,
): Opening | undefined {
  const [paragraph, press, list, after] = blocks.slice(at, at + 4);
  if (paragraph?.[0]?.type !== 'paragraph_open') return undefined;
  if (!beginsWithStrong(paragraph[1], OPENING)) return undefined;

  const words = paragraph[1]?.children ?? [];
  const from = words.findIndex(({ type }) => type === 'em_open');
  const to = words.findIndex(({ type }) => type === 'em_close');
  const acts = /^<!--\s*opening: press\s([^]*?)-->\s*$/.exec(
    press?.[0]?.content ?? '',
  )?.[1];
  if (from < 0 || acts === undefined)
    throw new ConditionError(
      `Reading an opening: expected *what stands on its button*, and then a comment of its own with "opening: press …".`,
    );
  const items = (list ?? []).filter(({ type }) => type === 'inline');
  const isList = list?.[0]?.type === 'bullet_list_open' && items.length > 0;
  const isAfter =
    after?.[0]?.type === 'paragraph_open' &&
    after[1]?.children?.some(({ type }) => type === 'link_open');
  if (!isList || !isAfter)
    throw new ConditionError(
      `Reading an opening: expected a list of what is shown, and then a paragraph with the link that leads on.`,
    );
  const strongEnd = words.findIndex(({ type }) => type === 'strong_close');
  return {
    sentence: words.slice(strongEnd + 1, from),
    button: wordsOf(words.slice(from, to)),
    acts: parseActs(acts),
    shown: items.map(readItem),
    after: after?.[1]?.children ?? [],
    blocks: 4,
  };
}

function readItem({ children }: Token): Opening['shown'][number] {
  const words = children ?? [];
  const at = words.findIndex(({ type }) => type === 'html_inline');
  const text = /^<!--\s*opening: show\s([^]*?)-->$/.exec(
    words[at]?.content ?? '',
  )?.[1];
  if (text === undefined)
    throw new ConditionError(
      `Reading an opening: found "${wordsOf(words)}", expected "opening: show …" in a comment at its end.`,
    );
  return { words: words.slice(0, at), show: parseShown(text) };
}

const parser = markdownIt({ html: true });

/**
 * Finds the opening of a tutorial, which stands before its first section.
 *
 * @returns undefined where it has none
 * @throws ConditionError that says what is wrong with it
 */
export function findOpening(
  text: string,
): { opening: Opening; line: number; at: number } | undefined {
  const blocks = topLevelBlocks(parser.parse(text, {}));
  for (const [at, [first]] of blocks.entries()) {
    if (first?.type === 'heading_open' && first.tag === 'h2') break;
    const opening = readOpening(blocks, at);
    if (opening) return { opening, at, line: (first?.map?.[0] ?? 0) + 1 };
  }
  return undefined;
}
