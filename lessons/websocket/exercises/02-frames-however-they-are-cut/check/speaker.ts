/** What a client sends, as frames, and what must be heard of it. */
import type { Generated } from '@on-the-wire/course/exercise/check.ts';
import { encodeFrame, opcodes } from '../../../frame.ts';

export type Kind = 'text' | 'binary' | 'ping' | 'pong' | 'close';

export interface Said {
  kind: Kind;
  data: Uint8Array;
  /** Behind which of all bytes it is complete. */
  end: number;
}

export class Speaker {
  readonly frames: Uint8Array[] = [];
  readonly wanted: Said[] = [];
  /** Of each frame. */
  readonly masks: Uint8Array[] = [];
  readonly #data: Generated;

  constructor(data: Generated) {
    this.#data = data;
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.frames);
  }

  /** A message of one frame, or a control frame. */
  say(kind: Kind, what: string | Uint8Array): this {
    const payload = Buffer.from(what as string);
    this.#frame(true, opcodes[kind], payload);
    this.wanted.push({ kind, data: payload, end: this.bytes.length });
    return this;
  }

  /**
   * A message in several frames.
   *
   * @param between control frames that come before the last of them
   * @param ends whether the last one says that it is the last
   */
  fragments(
    kind: 'text' | 'binary',
    parts: readonly (string | Uint8Array)[],
    {
      between = [],
      ends = true,
    }: { between?: [kind: Kind, payload: Uint8Array][]; ends?: boolean } = {},
  ): this {
    const payloads = parts.map((part) => Buffer.from(part as string));
    for (const [index, payload] of payloads.entries()) {
      const final = index === payloads.length - 1;
      if (final) for (const control of between) this.say(...control);
      const opcode = index === 0 ? opcodes[kind] : opcodes.continuation;
      this.#frame(final && ends, opcode, payload);
    }
    const data = Buffer.concat(payloads);
    if (ends) this.wanted.push({ kind, data, end: this.bytes.length });
    return this;
  }

  /** Something of any kind, in any number of frames. */
  anything(): this {
    const data = this.#data;
    const kind = data.pick(['text', 'binary', 'ping'] as const);
    if (kind === 'ping') return this.say(kind, Buffer.from(data.word()));
    const text = Buffer.from(data.text('\r\n'));
    const bytes = kind === 'text' ? text : data.bytes(data.whole(0, 300));
    const cuts = [data.whole(0, bytes.length), data.whole(0, bytes.length)];
    return this.fragments(
      kind,
      cutAt(bytes, cuts.slice(data.whole(0, 2))),
      data.whole(0, 1) === 1
        ? { between: [['ping', Buffer.from(data.word())]] }
        : {},
    );
  }

  #frame(final: boolean, opcode: number, payload: Uint8Array) {
    // No byte twice, so that each wrong one is noticed.
    const one = this.#data.whole(1, 60);
    const mask = Uint8Array.of(one + 130, one, one + 190, one + 65);
    this.masks.push(mask);
    this.frames.push(encodeFrame({ final, opcode, payload, mask }));
  }
}

/** The same bytes in several pieces, none of them empty. */
export function cutAt(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const inside = cuts.filter((cut) => cut > 0 && cut < bytes.length);
  const ends = [...new Set([...inside, bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
