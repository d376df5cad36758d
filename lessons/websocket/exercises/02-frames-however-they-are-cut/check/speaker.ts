/** What a client sends, as frames, and what must be heard of it. */
import type { Generated } from '@on-the-wire/course/exercise/check.ts';
import { encodeFrame, opcodes } from '../../../frame.ts';

export type Kind = 'text' | 'binary' | 'ping' | 'pong' | 'close';

export interface Said {
  kind: Kind;
  data: Uint8Array;
}

export class Speaker {
  readonly frames: Uint8Array[] = [];
  readonly wanted: Said[] = [];
  /** No byte twice, so that each wrong one is noticed. */
  readonly mask: Uint8Array;
  readonly #data: Generated;

  constructor(data: Generated) {
    this.#data = data;
    const one = data.whole(1, 60);
    this.mask = Uint8Array.of(one, one + 65, one + 130, one + 190);
  }

  get bytes(): Uint8Array {
    return Buffer.concat(this.frames);
  }

  /** A message of one frame, or a control frame. */
  say(kind: Kind, what: string | Uint8Array): this {
    const payload = Buffer.from(what as string);
    this.#frame(true, opcodes[kind], payload);
    this.wanted.push({ kind, data: payload });
    return this;
  }

  /**
   * A message in several frames.
   *
   * @param between a control frame that comes before the last of them
   */
  fragments(
    kind: 'text' | 'binary',
    parts: readonly (string | Uint8Array)[],
    { between }: { between?: [kind: Kind, payload: Uint8Array] } = {},
  ): this {
    const payloads = parts.map((part) => Buffer.from(part as string));
    for (const [index, payload] of payloads.entries()) {
      const final = index === payloads.length - 1;
      if (final && between) this.say(...between);
      const opcode = index === 0 ? opcodes[kind] : opcodes.continuation;
      this.#frame(final, opcode, payload);
    }
    this.wanted.push({ kind, data: Buffer.concat(payloads) });
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
        ? { between: ['ping', Buffer.from(data.word())] }
        : {},
    );
  }

  #frame(final: boolean, opcode: number, payload: Uint8Array) {
    const { mask } = this;
    this.frames.push(encodeFrame({ final, opcode, payload, mask }));
  }
}

/** The same bytes in several pieces, none of them empty. */
export function cutAt(bytes: Uint8Array, cuts: number[]): Uint8Array[] {
  const inside = cuts.filter((cut) => cut > 0 && cut < bytes.length);
  const ends = [...new Set([...inside, bytes.length])].sort((a, b) => a - b);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
