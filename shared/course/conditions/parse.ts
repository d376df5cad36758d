/**
 * Reads conditions. What is understood, `[…]` may be left out:
 *
 *     fault NAME[=VALUES] set|lifted [@LINK]
 *     faults none
 *     cut [N times]
 *     unit KIND [up|down] ["text"]… [with FIELD] [bytes A to B] [broken] [@LINK]
 *     opened …            the same words as after `unit`
 *     note open|end|fault ["text"] [@LINK]
 *     page NAME is|has|lacks "text"
 *     page NAME A to B    the first number in its text
 *     file NAME saved
 *     request METHOD /path from outside [@LINK]
 *
 * Several are joined by ` and `. A text stands between straight quotation marks
 * and has none inside. What follows KIND may stand in any order. Nothing is
 * looked up here: whether a name exists says `pnpm check`.
 */
import type {
  Action,
  Atom,
  Clause,
  Condition,
  Decision,
  NoteKind,
  UnitAtom,
} from './condition.ts';
import { kinds } from './kinds.ts';

/** What was read is no condition; the message says what was found, and expected. */
export class ConditionError extends Error {
  override name = 'ConditionError';
}

/** A word, or a text between quotation marks. */
interface Token {
  text: string;
  quoted: boolean;
}

/** The words of one atom, read from left to right. */
class Words {
  readonly #tokens: Token[];
  readonly #whole: string;
  #at = 0;

  constructor(tokens: Token[], whole: string) {
    this.#tokens = tokens;
    this.#whole = whole;
  }

  get done(): boolean {
    return this.#at === this.#tokens.length;
  }

  /** Takes these words, where they come next. */
  takes(words: string): boolean {
    const wanted = words.split(' ');
    const next = this.#tokens.slice(this.#at, this.#at + wanted.length);
    const fits =
      next.length === wanted.length &&
      next.every(({ text, quoted }, at) => !quoted && text === wanted[at]);
    if (fits) this.#at += wanted.length;
    return fits;
  }

  /** Takes the next word, or text. */
  next(expected: string, quoted = false): string {
    const token = this.#tokens[this.#at];
    if (token?.quoted !== quoted) throw this.error(expected);
    this.#at += 1;
    return token.text;
  }

  /** Takes the next text, where one comes next. */
  text(): string | undefined {
    return this.#tokens[this.#at]?.quoted ? this.next('', true) : undefined;
  }

  /** Takes `@LINK`, where it comes next. */
  link(): string | undefined {
    const token = this.#tokens[this.#at];
    if (!token || token.quoted || !/^@./.test(token.text)) return undefined;
    this.#at += 1;
    return token.text.slice(1);
  }

  number(expected: string): number {
    const word = this.#tokens[this.#at];
    if (!word || word.quoted || !isNumber(word.text))
      throw this.error(expected);
    this.#at += 1;
    return Number(word.text);
  }

  /** Two numbers, the smaller first. */
  range(expected: string): readonly [number, number] {
    const from = this.number(expected);
    if (!this.takes('to')) throw this.error(expected);
    const to = this.number(expected);
    if (to < from)
      throw new ConditionError(
        `Reading "${this.#whole}": found ${from} to ${to}, expected the smaller number first.`,
      );
    return [from, to];
  }

  error(expected: string): ConditionError {
    const token = this.#tokens[this.#at];
    const found = token ? `"${token.text}"` : 'its end';
    return new ConditionError(
      `Reading "${this.#whole}": found ${found}, expected ${expected}.`,
    );
  }
}

const isNumber = (word: string) => /^\d+(\.\d+)?$/.test(word);

/**
 * Reads a condition: atoms joined by `and`.
 *
 * @param text line ends count as spaces
 * @throws ConditionError that says what was found, and what was expected
 */
export function parseCondition(text: string): Condition {
  const whole = text.trim().replaceAll(/\s+/g, ' ');
  const atoms: Token[][] = [[]];
  for (const token of tokensOf(whole))
    if (!token.quoted && token.text === 'and') atoms.push([]);
    else atoms.at(-1)!.push(token);
  return atoms.map((tokens) => {
    const words = new Words(tokens, whole);
    const atom = parseAtom(words);
    if (!words.done) throw words.error('nothing more, or "and"');
    return atom;
  });
}

/**
 * Reads what stands in `<!-- do: … -->`.
 *
 * @throws ConditionError
 */
export function parseAction(text: string): Action {
  const nothing = reasonOf(text);
  return nothing === undefined
    ? { condition: parseCondition(text) }
    : { nothing };
}

/**
 * Reads what stands in `<!-- decides: … -->`:
 * `2 if page seen lacks "missed"; 1 if page seen has "missed"`, or `nothing, `
 * and the reason. `after 2: 2 if …` is decided when two actions are done: those
 * that follow make something else of it.
 *
 * @throws ConditionError
 */
export function parseDecision(text: string): Decision {
  const nothing = reasonOf(text);
  if (nothing !== undefined) return { nothing };
  const [, after, rest = text] =
    /^\s*after\s+([1-9]\d*):\s*(.+)$/s.exec(text) ?? [];
  const clauses = splitAtSemicolons(rest).map((clause): Clause => {
    const [, guess, condition] =
      /^\s*([1-9]\d*)\s+if\s+(.+)$/s.exec(clause) ?? [];
    if (guess === undefined || condition === undefined)
      throw new ConditionError(
        `Reading what decides: found "${clause.trim()}", expected the number of a guess, "if", and a condition: 2 if page state is "open".`,
      );
    return { guess: Number(guess), condition: parseCondition(condition) };
  });
  return { clauses, ...(after !== undefined && { after: Number(after) }) };
}

function reasonOf(text: string): string | undefined {
  if (!/^\s*nothing\b/.test(text)) return undefined;
  const reason = /^\s*nothing,\s+(\S.*?)\s*$/s.exec(text)?.[1];
  if (reason === undefined)
    throw new ConditionError(
      `Reading "${text.trim()}": found no reason, expected "nothing, " and why the run cannot tell.`,
    );
  return reason.replaceAll(/\s+/g, ' ');
}

function tokensOf(whole: string): Token[] {
  const tokens: Token[] = [];
  // A quotation mark that is not closed is a token, and an error.
  for (const [found, text] of whole.matchAll(/"([^"]*)"|"|[^\s"]+/g)) {
    if (found === '"')
      throw new ConditionError(
        `Reading "${whole}": found a quotation mark that is not closed, expected a second one.`,
      );
    tokens.push(
      text === undefined
        ? { text: found, quoted: false }
        : { text, quoted: true },
    );
  }
  return tokens;
}

function splitAtSemicolons(text: string): string[] {
  return text.match(/(?:"[^"]*"|[^;"]|")+/g) ?? [''];
}

function parseAtom(words: Words): Atom {
  if (words.takes('faults')) {
    if (!words.takes('none')) throw words.error('"none"');
    return { what: 'no faults' };
  }
  if (words.takes('fault')) return parseFault(words);
  if (words.takes('cut')) {
    if (words.done) return { what: 'cut', times: 1 };
    const times = words.number('a number and "times", or nothing');
    if (!words.takes('times')) throw words.error('"times"');
    return { what: 'cut', times };
  }
  if (words.takes('unit')) return parseUnit(words, 'came');
  if (words.takes('opened')) return parseUnit(words, 'opened');
  if (words.takes('note')) {
    const known = ['open', 'end', 'fault'] as const;
    const kind = known.find((each) => words.takes(each));
    if (!kind) throw words.error('open, end or fault');
    return parseNote(words, kind);
  }
  if (words.takes('page')) return parsePage(words);
  if (words.takes('file')) {
    const name = words.next('the name of a file');
    if (!words.takes('saved')) throw words.error('"saved"');
    return { what: 'file', name };
  }
  if (words.takes('request')) return parseRequest(words);
  throw words.error(
    'fault, faults, cut, unit, opened, note, page, file or request',
  );
}

function parseFault(words: Words): Atom {
  const [name = '', values] = words.next('the name of a fault').split('=');
  const change = (['set', 'lifted'] as const).find((each) => words.takes(each));
  if (!change) throw words.error('set or lifted');
  return { what: 'fault', name, values, change, link: words.link() };
}

function parseUnit(words: Words, how: UnitAtom['how']): UnitAtom {
  const kind = kinds.find((each) => words.takes(each));
  if (!kind) throw words.error('a kind of unit, such as event');
  const atom: UnitAtom = {
    what: 'unit',
    how,
    kind,
    direction: undefined,
    texts: [],
    field: undefined,
    bytes: undefined,
    broken: false,
    link: undefined,
  };
  while (!words.done) {
    const text = words.text();
    const link = text === undefined ? words.link() : undefined;
    if (text !== undefined) atom.texts.push(text);
    else if (link !== undefined) atom.link = link;
    else if (words.takes('up')) atom.direction = 'up';
    else if (words.takes('down')) atom.direction = 'down';
    else if (words.takes('with')) atom.field = words.next('a header or field');
    else if (words.takes('bytes')) atom.bytes = words.range('"A to B"');
    else if (words.takes('broken')) atom.broken = true;
    else
      throw words.error(
        'up, down, "text", with FIELD, bytes A to B, broken or @LINK',
      );
  }
  return atom;
}

function parseNote(words: Words, kind: NoteKind): Atom {
  const text = words.text();
  return { what: 'note', kind, text, link: words.link() };
}

function parsePage(words: Words): Atom {
  const name = words.next('an id or a name of the page');
  const how = (['is', 'has', 'lacks'] as const).find((each) =>
    words.takes(each),
  );
  if (how) {
    const text = words.next('a text in quotation marks', true);
    return { what: 'page', name, test: { how, text } };
  }
  const [from, to] = words.range('is, has or lacks "text", or "A to B"');
  return { what: 'page', name, test: { how: 'range', from, to } };
}

function parseRequest(words: Words): Atom {
  const method = words.next('a method');
  if (!/^[A-Z]+$/.test(method))
    throw new ConditionError(
      `Reading a request: found "${method}", expected a method such as GET.`,
    );
  const path = words.next('a path');
  if (!path.startsWith('/'))
    throw new ConditionError(
      `Reading a request: found "${path}", expected a path that begins with "/".`,
    );
  if (!words.takes('from outside')) throw words.error('"from outside"');
  return { what: 'request', method, path, link: words.link() };
}
