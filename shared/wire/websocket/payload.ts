/**
 * The payload of WebSocket frames, RFC 6455, 5.3 and 8.1. What goes in: for each
 * frame `beginFrame`, its bytes in any pieces, `endFrame`. What comes out: after
 * that, what there is to say of the payload, in the fields of `Payload`.
 */
import type { FieldDissector } from '../fields.ts';
import { KeptPlain } from '../kept-plain.ts';
import { EVENT_LIMIT, TEXT_BYTES } from '../limits.ts';
import { MessageInflater } from './permessage-deflate.ts';
import { preview, shortened, utf8 } from '../text.ts';
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import { TextStart } from '../text-start.ts';
import { Utf8Check } from '../utf8-check.ts';
import {
  CompressedFrameDissector,
  type FrameHeader,
  type Inflated,
} from './frame.ts';

const NOTHING = new Uint8Array(0);
const ASTERISK = 0x2a;
/** As much of a payload as its text may need. */
const START = TEXT_BYTES + 1;
/** Payload is unmasked in pieces of this size. */
const PIECE = 16_384;
/** As much of a payload as a close reason needs. */
const PREVIEW = 128;

/**
 * The payload of the frames of one direction, as it passes: mask and
 * compression taken off, text checked, its beginning kept.
 */
export class Payload {
  /** The beginning of the frame's payload, its mask taken off. */
  kept: Uint8Array = NOTHING;
  problem: string | undefined;
  isText = false;
  isCompressed = false;
  /** Bytes of the message so far, as the receiver gets them. */
  messageSize = 0;
  /** Bytes of the message so far, as they were sent. */
  messageWireSize = 0;
  #frame: FrameHeader | undefined;
  #header: Uint8Array = NOTHING;
  /** How much of the frame's payload came before. */
  #came = 0;
  #preview = new Uint8Array(PREVIEW);
  #previewed = 0;
  #piece: Uint8Array | undefined;
  #check: Utf8Check | undefined;
  #inflater: MessageInflater | undefined;
  /** The message so far, inflated, up to a limit. */
  #inflated = new ReassemblyBuffer();
  /** The beginning of the message, as the receiver gets it. */
  #start = new TextStart();
  #isLost = false;
  /** So far it is nothing but asterisks: see `replaced.ts`. */
  #isReplaced = false;

  /** @param contextTakeover undefined: no compression was agreed upon */
  constructor(contextTakeover: boolean | undefined) {
    if (contextTakeover !== undefined)
      this.#inflater = new MessageInflater(contextTakeover);
  }

  get canInflate(): boolean {
    return this.#inflater !== undefined;
  }

  /**
   * @param header the frame's: its last four bytes are the masking key
   * @param isContinued it goes on with a message that has begun
   */
  beginFrame(
    frame: FrameHeader,
    header: Uint8Array,
    isContinued: boolean,
  ): void {
    this.#frame = frame;
    this.#header = header;
    this.#came = 0;
    this.#previewed = 0;
    this.problem = undefined;
    if (frame.isControl || isContinued) return;
    this.isText = frame.opcode === 1;
    this.isCompressed = this.canInflate && (frame.reserved & 4) !== 0;
    this.messageSize = 0;
    this.messageWireSize = 0;
    this.#check = this.isText ? new Utf8Check() : undefined;
    this.#inflated.take();
    this.#start.take();
    if (!this.isCompressed) return;
    this.#inflater!.begin();
    this.#isLost = this.#inflater!.problem !== undefined;
    this.#isReplaced = true;
    if (this.#isLost)
      this.problem = 'it cannot be inflated, as an earlier message could not';
  }

  /** Takes a part of the frame's payload, `bytes[from..to)`. */
  push(bytes: Uint8Array, from: number, to: number): void {
    const header = this.#header;
    const frame = this.#frame!;
    const isRead = !frame.isControl && (this.isText || this.isCompressed);
    // Of what is not read only the beginning is of interest.
    const end = isRead
      ? to
      : Math.min(to, from + Math.max(0, START - this.#came));
    for (let start = from; start < end; start += PIECE) {
      const stop = Math.min(end, start + PIECE);
      if (frame.isMasked) {
        const piece = (this.#piece ??= new Uint8Array(PIECE));
        const key = frame.headerSize - 4;
        const shift = this.#came - from;
        for (let i = start; i < stop; i++)
          piece[i - start] = bytes[i]! ^ header[key + ((i + shift) & 3)]!;
        this.#read(piece, 0, stop - start, isRead);
      } else {
        this.#read(bytes, start, stop, isRead);
      }
    }
    this.#came += to - from;
  }

  #read(bytes: Uint8Array, from: number, to: number, isRead: boolean): void {
    const room = Math.min(PREVIEW - this.#previewed, to - from);
    for (let i = 0; i < room; i++)
      this.#preview[this.#previewed++] = bytes[from + i]!;
    if (!this.isCompressed && !this.#frame!.isControl)
      this.#start.push(bytes, from, to);
    if (!isRead) return;
    for (let i = from; i < to && this.#isReplaced; i++)
      this.#isReplaced = bytes[i] === ASTERISK;
    if (!this.isCompressed) this.#checkText(bytes, from, to);
    else if (!this.#isLost) this.#inflater!.write(bytes, from, to, this.#plain);
  }

  readonly #plain = (bytes: Uint8Array, from: number, to: number): void => {
    this.#checkText(bytes, from, to);
    this.#start.push(bytes, from, to);
    this.messageSize += to - from;
    const room = EVENT_LIMIT - this.#inflated.length;
    this.#inflated.append(bytes, from, Math.min(to, from + room));
  };

  #checkText(bytes: Uint8Array, from: number, to: number): void {
    if (!this.#check || this.#check.push(bytes, from, to) < 0) return;
    this.problem ??=
      'expected text in UTF-8, found other bytes (RFC 6455, 8.1)';
    this.#check = undefined;
  }

  endFrame(frame: FrameHeader, isLast: boolean): void {
    this.kept = this.#preview.subarray(0, this.#previewed);
    if (frame.isControl) return;
    this.messageWireSize += frame.length;
    if (!this.isCompressed) this.messageSize += frame.length;
    if (!isLast) return;
    if (this.isCompressed && !this.#isLost) {
      this.#inflater!.end(this.#plain);
      const problem = this.#inflater!.problem;
      if (problem) this.problem ??= `it cannot be inflated: ${problem}`;
    }
    // No sender compresses to that: it was masked when the run was saved, with
    // all later ones that refer to it.
    if (this.isCompressed && this.#isReplaced) this.#inflater!.forget();
    if (this.#check?.complete === false)
      this.problem ??=
        'expected a whole character of UTF-8 at the end (RFC 6455, 8.1)';
  }

  /** The text of the message so far. */
  takeText(): string | undefined {
    return this.#start.take();
  }

  /** A compressed message, inflated, at its end. */
  takeInflated(): Inflated | undefined {
    if (!this.isCompressed) return undefined;
    const plain = new KeptPlain(
      this.#inflated.take(),
      this.messageSize,
      this.messageWireSize,
    );
    return { plain, isText: this.isText };
  }

  /** How a compressed message begins, inflated. */
  get inflatedStart(): Uint8Array {
    return this.#inflated.peek().subarray(0, PREVIEW);
  }

  /** The dissector of a compressed frame; undefined for any other. */
  dissector(isWhole: boolean): FieldDissector | undefined {
    if (!isWhole || !this.isCompressed) return undefined;
    return new CompressedFrameDissector(this.takeInflated()!);
  }
}

/** The beginning of a frame's payload, for its summary. */
export function previewOf(opcode: number, payload: Payload): string {
  const { kept } = payload;
  if (opcode === 8) {
    if (kept.length < 2) return '';
    const reason =
      kept.length > 2 ? ` “${shortened(utf8(kept.subarray(2)), 60)}”` : '';
    return ` ${(kept[0]! << 8) | kept[1]!}${reason}`;
  }
  const isData = opcode < 8;
  if (isData && (!payload.isText || kept.length === 0)) return '';
  if (isData && payload.isCompressed) {
    // What a later fragment adds cannot be told from what came before.
    if (opcode === 0) return '';
    const inflated = utf8(payload.inflatedStart);
    return inflated ? ` “${shortened(inflated, 30)}”` : '';
  }
  return preview(kept);
}
