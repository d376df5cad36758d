/**
 * JSON with a line for each value (RFC 8259). The tokens stay as they came:
 * numbers keep all their digits, strings their escapes, objects their order and
 * their names, those that occur twice included. So nothing is parsed to values
 * and written again.
 *
 * Several values that stand on lines of their own, as in JSON Lines, are
 * written one after the other. What is no JSON gives undefined.
 */

/** JSON, written for a reader. */
export interface PrettyJson {
  text: string;
  /** False where the text ends before the JSON does: all that came is there. */
  isWhole: boolean;
}

/**
 * What it may grow to, in characters: a line that is nested deep has more
 * spaces than anything else.
 */
const LONGEST = 16_777_216;

const INDENT = '  ';
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NUMBER_CUT = /-?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][+-]?\d*)?$/y;
const WORDS = ['true', 'false', 'null'];
const ESCAPED = '"\\/bfnrt';

/** Where it is within a string, or that it is none, or ends too early. */
const BROKEN = -1;
const CUT = -2;

/**
 * Writes JSON with a line for each value.
 *
 * @returns undefined where the text is no JSON (RFC 8259, 2), or nested so deep
 *   that it would grow beyond 16 Mi characters
 */
export function prettyJson(text: string): PrettyJson | undefined {
  return new Printer(text).print();
}

type Wanted = 'value' | 'first' | 'name' | 'colon' | 'next';

class Printer {
  readonly #text: string;
  readonly #parts: string[] = [];
  /** The bracket that closes each open object or array. */
  readonly #open: ('}' | ']')[] = [];
  readonly #indents: string[] = ['\n'];
  #at = 0;
  #length = 0;

  constructor(text: string) {
    this.#text = text;
  }

  print(): PrettyJson | undefined {
    const text = this.#text;
    let wanted: Wanted = 'value';
    let isCut = false;
    for (;;) {
      const before = this.#at;
      this.#skipSpace();
      const isDone = wanted === 'next' && this.#open.length === 0;
      if (this.#at >= text.length) {
        if (this.#parts.length === 0) return undefined;
        return this.#finished(isDone);
      }
      if (isDone) {
        // Another value, on a line of its own.
        if (!text.slice(before, this.#at).includes('\n')) return undefined;
        this.#write('\n');
        wanted = 'value';
      }
      const after: Wanted | 'cut' | undefined = this.#step(wanted);
      if (after === undefined || this.#length > LONGEST) return undefined;
      if (after === 'cut') {
        isCut = true;
        break;
      }
      wanted = after;
    }
    return this.#finished(!isCut);
  }

  #finished(isWhole: boolean): PrettyJson {
    return { text: this.#parts.join(''), isWhole };
  }

  /** Takes one token; what must come after it. */
  #step(wanted: Wanted): Wanted | 'cut' | undefined {
    const character = this.#text[this.#at]!;
    const close = this.#open.at(-1);
    switch (wanted) {
      case 'colon':
        if (character !== ':') return undefined;
        this.#at++;
        this.#write(': ');
        return 'value';
      case 'next':
        if (character === close) return this.#close();
        if (character !== ',') return undefined;
        this.#at++;
        this.#write(',');
        this.#newLine();
        return close === '}' ? 'name' : 'value';
      case 'first':
        if (character === close) {
          this.#at++;
          this.#open.pop();
          this.#write(character);
          return 'next';
        }
        this.#newLine();
        return close === '}' ? this.#name() : this.#value(character);
      case 'name':
        return this.#name();
      case 'value':
        return this.#value(character);
    }
  }

  #close(): Wanted {
    const close = this.#open.pop()!;
    this.#at++;
    this.#newLine();
    this.#write(close);
    return 'next';
  }

  #name(): Wanted | 'cut' | undefined {
    if (this.#text[this.#at] !== '"') return undefined;
    return this.#string('colon');
  }

  #value(character: string): Wanted | 'cut' | undefined {
    if (character === '{' || character === '[') {
      this.#at++;
      this.#open.push(character === '{' ? '}' : ']');
      this.#write(character);
      return 'first';
    }
    if (character === '"') return this.#string('next');
    const word = WORDS.find((each) => this.#text.startsWith(each, this.#at));
    if (word !== undefined) return this.#take(word.length);
    const rest = this.#text.slice(this.#at, this.#at + 5);
    const isLast = this.#at + rest.length === this.#text.length;
    if (isLast && WORDS.some((each) => each.startsWith(rest)))
      return this.#rest();
    return this.#number();
  }

  #number(): Wanted | 'cut' | undefined {
    NUMBER.lastIndex = this.#at;
    const found = NUMBER.exec(this.#text)?.[0];
    const end = this.#at + (found?.length ?? 0);
    if (found !== undefined && !/[\w.+-]/.test(this.#text[end] ?? ''))
      return this.#take(found.length);
    NUMBER_CUT.lastIndex = this.#at;
    return NUMBER_CUT.test(this.#text) ? this.#rest() : undefined;
  }

  #string(after: Wanted): Wanted | 'cut' | undefined {
    const end = endOfString(this.#text, this.#at + 1);
    if (end === CUT) return this.#rest();
    if (end === BROKEN) return undefined;
    this.#take(end - this.#at);
    return after;
  }

  #take(length: number): Wanted {
    this.#write(this.#text.slice(this.#at, this.#at + length));
    this.#at += length;
    return 'next';
  }

  /** All that is left, where it ends within a token. */
  #rest(): 'cut' {
    this.#write(this.#text.slice(this.#at));
    return 'cut';
  }

  #newLine(): void {
    const depth = this.#open.length;
    this.#write((this.#indents[depth] ??= `\n${INDENT.repeat(depth)}`));
  }

  #write(part: string): void {
    this.#parts.push(part);
    this.#length += part.length;
  }

  #skipSpace(): void {
    for (; this.#at < this.#text.length; this.#at++) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09)
        return;
    }
  }
}

/**
 * The index behind a string's closing quote. No regular expression: on a long
 * string it would fill the engine's stack.
 */
function endOfString(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return at + 1;
    if (code < 0x20) return BROKEN;
    if (code !== 0x5c) continue;
    const escaped = text[++at];
    if (escaped === undefined) return CUT;
    if (ESCAPED.includes(escaped)) continue;
    if (escaped !== 'u') return BROKEN;
    const digits = text.slice(at + 1, at + 5);
    if (!/^[\da-fA-F]*$/.test(digits)) return BROKEN;
    if (digits.length < 4) return CUT;
    at += 4;
  }
  return CUT;
}
