/**
 * The texts of JSON objects that follow each other: in an event stream, on
 * lines. Where they begin all alike the text of one begins where it differs from
 * the one before; and where each is a token of a language model, with that.
 */
import { DELTA_LIMIT, DELTA_TRIES, TEXT_BYTES } from './limits.ts';
import { cutShown, textShown, utf8 } from './text.ts';

const LF = 10;
const COMMA = 44;
const OPEN = 123;
const QUOTE = 34;
const SPACE = 32;
/** So much may be alike before it is not shown again. */
const ALIKE = 64;
/** Characters of a token that are shown. */
const TOKEN_SHOWN = 80;

/** What is asked for texts, one after the other. */
export class JsonTexts {
  /** The beginning of the object before. */
  #before: Uint8Array | undefined;
  #length = 0;
  /** How many more objects are looked at, as none had a token. */
  #tries = DELTA_TRIES;

  /**
   * The text of the next one, `bytes[from..to)`: as `textShown`, where it is no
   * JSON.
   */
  of(bytes: Uint8Array, from: number, to: number): string | undefined {
    const shown = textShown(bytes, from, to);
    if (shown === undefined || bytes[from] !== OPEN) return shown;
    const token = this.#token(bytes, from, to);
    const start = this.#differs(bytes, from, to);
    this.#keep(bytes, from, to);
    const rest = start > from ? `…${textShown(bytes, start, to)}` : shown;
    if (token === undefined) return cutShown(rest, false);
    return cutShown(`“${cutShown(token, false, TOKEN_SHOWN)}” ${rest}`, false);
  }

  /** What is a token of a language model in it; of several lines, all of them. */
  #token(bytes: Uint8Array, from: number, to: number): string | undefined {
    if (this.#tries === 0 || to - from > DELTA_LIMIT) return undefined;
    let all: string | undefined;
    for (let at = from; at < to;) {
      const found = bytes.indexOf(LF, at);
      const end = found < 0 || found > to ? to : found;
      const delta = deltaOf(utf8(bytes.subarray(at, end)));
      if (delta !== undefined) all = (all ?? '') + delta;
      at = end + 1;
    }
    this.#tries = all === undefined ? this.#tries - 1 : DELTA_TRIES;
    return all;
  }

  /** Where the key begins in which it differs from the one before. */
  #differs(bytes: Uint8Array, from: number, to: number): number {
    const before = this.#before;
    const most = Math.min(to - from, this.#length);
    let alike = 0;
    while (alike < most && bytes[from + alike] === before![alike]) alike++;
    if (alike < ALIKE || alike === to - from) return from;
    for (let at = from + alike; at > from + 1; at--) {
      if (bytes[at] !== QUOTE) continue;
      const behind = bytes[at - 1] === SPACE ? at - 2 : at - 1;
      if (bytes[behind] === COMMA || bytes[behind] === OPEN) return at;
    }
    return from;
  }

  #keep(bytes: Uint8Array, from: number, to: number): void {
    this.#before ??= new Uint8Array(TEXT_BYTES);
    this.#length = Math.min(TEXT_BYTES, to - from);
    this.#before.set(bytes.subarray(from, from + this.#length));
  }
}

/** JSON of any shape: what is not there is undefined. */
interface Json {
  readonly [key: string]: Json | undefined;
}

/**
 * What a language model says in one object of its stream: a piece of the text,
 * of its reasoning, or of the arguments of a tool. The shapes are those of the
 * chat completions and responses of OpenAI, the messages of Anthropic, Gemini,
 * Ollama, Cohere, and the UI messages of the AI SDK.
 * @returns undefined of an object of no such shape, or without a piece
 */
export function deltaOf(json: string): string | undefined {
  if (!json.startsWith('{')) return undefined;
  let value: Json;
  try {
    value = JSON.parse(json) as Json;
  } catch {
    return undefined;
  }
  const { type, delta, message } = value;
  const choice = value['choices']?.[0];
  const piece = choice?.['delta'];
  const tool = piece?.['tool_calls']?.[0]?.['function'];
  const candidates = [
    piece?.['content'],
    piece?.['reasoning_content'],
    piece?.['reasoning'],
    tool?.['arguments'],
    choice?.['text'],
    // OpenAI's responses, AI SDK: "response.output_text.delta", "text-delta".
    /[.-]delta$/.test(String(type)) ? delta : undefined,
    ...(String(type) === 'content_block_delta'
      ? [delta?.['text'], delta?.['thinking'], delta?.['partial_json']]
      : []),
    delta?.['message']?.['content']?.['text'],
    ...partsOf(value),
    ...('done' in value
      ? [message?.['content'], message?.['thinking'], value['response']]
      : []),
  ] as unknown[];
  return candidates.find(
    (each): each is string => typeof each === 'string' && each !== '',
  );
}

/** All parts of a message of Gemini, as one text. */
function partsOf(value: Json): string[] {
  const parts = value['candidates']?.[0]?.['content']?.['parts'] as unknown;
  if (!Array.isArray(parts)) return [];
  const texts = (parts as (Json | null)[]).map((part) => part?.['text']);
  return [texts.filter((each) => typeof each === 'string').join('')];
}
