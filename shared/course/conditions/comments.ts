/**
 * The comments of a tutorial that say conditions: `<!-- do: … -->` after an
 * action, `<!-- see: … -->` after a sentence of a *See*, `<!-- decides: … -->`
 * at the end of a *Predict*. Code is not looked into. Which step a comment
 * belongs to, and which it is there, is counted here for all who need it.
 */
import markdownIt, { type Token } from 'markdown-it';
import { findEngineLists } from '../texts/by-engine.ts';
import { beginsWithStrong, wordsOf } from '../shell/tutorial/tokens.ts';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import { MEMORY, type Condition, type Decision } from './condition.ts';
import {
  ConditionError,
  parseAction,
  parseCondition,
  parseDecision,
} from './parse.ts';

/** A comment, read. */
export type Comment = CommentPlace &
  (
    | { kind: 'do'; condition: Condition; index: number }
    | { kind: 'do'; nothing: string }
    | { kind: 'see'; condition: Condition; index: number }
    | { kind: 'decides'; decision: Decision }
    | { kind: 'broken'; error: string }
  );

interface CommentPlace {
  /** The id of its step, such as `step-2`, or MEMORY; undefined elsewhere. */
  step: string | undefined;
  /** The line of the text in which its block begins, from 1. */
  line: number;
  /** As it stands in the text, without its marks. */
  text: string;
  /** Those of its item, where it stands in a list by engine. */
  engines: readonly Engine[] | undefined;
}

/** A condition of *See*. */
export interface See {
  condition: Condition;
  /** Only there it is true; undefined: in all. */
  engines: readonly Engine[] | undefined;
}

/** All conditions of a step. */
export interface StepConditions {
  /** `step-2` */
  id: string;
  /** The guesses of its prediction, as their buttons are called. */
  guesses: string[];
  /** Those actions that a run shows, in their order. */
  actions: Condition[];
  sees: See[];
  decision: Decision | undefined;
}

const marked = /<!--\s*(do|see|decides):([\s\S]*?)-->/g;

/**
 * Finds the comments in the tokens of a text.
 *
 * @param tokens as markdown-it has parsed them; headings with their numbers
 * @param tell gets each comment and the token, of HTML, in which it stands
 * @param tellGuesses gets the guesses of each step that has some
 * @param prefix stands before the id of each step: a side trip's
 */
export function findComments(
  tokens: readonly Token[],
  tell: (comment: Comment, token: Token) => void,
  tellGuesses: (step: string, guesses: string[]) => void = () => {},
  prefix = '',
): void {
  let step: string | undefined;
  let counted = { do: 0, see: 0 };
  let line = 1;
  let predicts = false;
  let guesses: string[] = [];

  const items = findEngineLists(tokens).flatMap((list) => list.items);
  const enginesAt = (at: number) =>
    items.find(({ tokens: [from, to] }) => at >= from && at < to)?.engines;
  const lookInto = (token: Token, at: number) => {
    if (!/^html_(?:inline|block)$/.test(token.type)) return;
    for (const [, kind, text = ''] of token.content.matchAll(marked)) {
      const place = {
        step,
        line,
        text: text.trim().replaceAll(/\s+/g, ' '),
        engines: enginesAt(at),
      };
      tell(read(kind as 'do' | 'see' | 'decides', place, counted), token);
    }
  };
  for (const [at, token] of tokens.entries()) {
    if (token.map) line = token.map[0] + 1;
    const inline = tokens[at + 1];
    if (token.type === 'heading_open' && token.tag === 'h2') {
      const words = wordsOf(inline?.children ?? []);
      const number = /^(\d+)\. /.exec(words)?.[1];
      step = number === undefined ? undefined : `${prefix}step-${number}`;
      if (words === 'From memory') step = MEMORY;
      counted = { do: 0, see: 0 };
      predicts = false;
    }
    if (token.type === 'paragraph_open' && token.level === 0) {
      const label = /^(Predict|Do|See|Why)\.$/.exec(
        inline?.children?.[1]?.type === 'strong_open'
          ? (inline.children[2]?.content ?? '')
          : '',
      );
      if (label) predicts = beginsWithStrong(inline, 'Predict.');
    }
    if (token.type === 'bullet_list_open' && token.level === 0) guesses = [];
    if (token.type === 'inline' && predicts && step !== undefined) {
      const words = wordsOf(token.children ?? []);
      if (words.startsWith('[ ] ')) guesses.push(words.slice(4).trimEnd());
    }
    if (token.type === 'bullet_list_close' && token.level === 0)
      if (step !== undefined && guesses.length > 0) tellGuesses(step, guesses);
    lookInto(token, at);
    for (const child of token.children ?? []) lookInto(child, at);
  }
}

function read(
  kind: 'do' | 'see' | 'decides',
  place: CommentPlace,
  counted: { do: number; see: number },
): Comment {
  try {
    if (place.engines && kind !== 'see')
      throw new ConditionError(`a ${kind} for all engines, outside their list`);
    if (kind === 'decides')
      return { ...place, kind, decision: parseDecision(place.text) };
    if (kind === 'see') {
      const condition = parseCondition(place.text);
      return { ...place, kind, condition, index: counted.see++ };
    }
    const action = parseAction(place.text);
    if ('nothing' in action) return { ...place, kind, ...action };
    return { ...place, kind, ...action, index: counted.do++ };
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    return { ...place, kind: 'broken', error: error.message };
  }
}

const parser = markdownIt({ html: true });

/**
 * Reads the conditions of a text, step by step. What is broken is left out.
 *
 * @param prefix as for `findComments`
 */
export function readConditions(text: string, prefix = ''): StepConditions[] {
  const steps = new Map<string, StepConditions>();
  const of = (id: string) => {
    let known = steps.get(id);
    if (!known) {
      known = { id, guesses: [], actions: [], sees: [], decision: undefined };
      steps.set(id, known);
    }
    return known;
  };
  findComments(
    parser.parse(text, {}),
    (comment) => {
      if (comment.step === undefined) return;
      const step = of(comment.step);
      if (comment.kind === 'do' && 'condition' in comment)
        step.actions.push(comment.condition);
      if (comment.kind === 'see') {
        const { condition, engines } = comment;
        step.sees.push({ condition, engines });
      }
      if (comment.kind === 'decides') step.decision = comment.decision;
    },
    (id, guesses) => (of(id).guesses = guesses),
    prefix,
  );
  return [...steps.values()];
}
