/**
 * The messages of gRPC in one direction of an HTTP/2 stream, each with a flag and
 * its length before it: "gRPC over HTTP2", Length-Prefixed-Message.
 *
 * What goes in: the data of the stream, without frames; see `byte-cursor.ts`. It
 * takes all that it is given. What comes out: a unit for each message, when its
 * last byte has come. What a partial message does: only its beginning is kept,
 * for its line.
 */
import type { ByteCursor } from '../byte-cursor.ts';
import { ByteRanges } from '../byte-ranges.ts';
import { readable, type ContentType } from '../coding/content.ts';
import type {
  ContentSource,
  FieldDissector,
  FieldList,
  UnitContent,
} from '../fields.ts';
import { malformed } from '../opaque.ts';
import { byteCount, namedByte, number } from '../text.ts';
import { TextStart } from '../text-start.ts';
import {
  makeUnit,
  type LayerDecoder,
  type Unit,
  type UnitPlace,
} from '../unit.ts';

const PREFIX = 5;
const ASTERISK = 0x2a;
const SECTION = 'gRPC over HTTP2';

/** Whether a media type is that of gRPC, whatever its messages are written in. */
export function isGrpc({ type }: ContentType): boolean {
  return type === 'application/grpc' || type.startsWith('application/grpc+');
}

/** Reads the messages of one direction of a stream. */
export class GrpcMessages implements LayerDecoder {
  /** Its units tell the same bytes again. */
  readonly emitsUnits = true;
  readonly showsPieces = false;
  readonly pieceTexts = undefined;
  readonly updates = 0;
  readonly type: ContentType;
  readonly #place: UnitPlace;
  readonly #dissector: MessageDissector;
  readonly #start = new TextStart();
  #ranges = new ByteRanges();
  #prefixRead = 0;
  #isCompressed = false;
  #length = 0;
  #remaining = 0;
  #failed = false;

  /** @param place where its units are: their layer, and the stream */
  constructor(type: ContentType, place: UnitPlace) {
    this.type = type;
    this.#place = place;
    this.#dissector = new MessageDissector(type.type);
  }

  push(input: ByteCursor, units: Unit[], to = input.bytes.length): void {
    while (input.next < to && !this.#failed) {
      const { bytes, next } = input;
      if (this.#prefixRead < PREFIX) {
        this.#ranges.read(input, next + 1);
        this.#prefix(bytes[next]!, units);
      } else {
        const end = Math.min(to, next + this.#remaining);
        if (!this.#isCompressed) this.#start.push(bytes, next, end);
        this.#remaining -= end - next;
        this.#ranges.read(input, end);
      }
      if (this.#prefixRead === PREFIX && this.#remaining === 0)
        this.#end(units);
    }
    input.next = to;
  }

  finish(units: Unit[], problem?: string): void {
    if (this.#prefixRead === 0 || this.#failed) return;
    const why = problem ?? 'the stream ended';
    this.#fail(`expected the rest of a message of gRPC, ${why}`, units);
  }

  #prefix(byte: number, units: Unit[]): void {
    this.#prefixRead++;
    if (this.#prefixRead > 1) {
      this.#length = this.#length * 256 + byte;
      this.#remaining = this.#length;
      return;
    }
    this.#length = 0;
    this.#isCompressed = byte === 1;
    if (byte <= 1) return;
    // It was replaced when the run was saved: the frame says so.
    if (byte === ASTERISK) this.#failed = true;
    else
      this.#fail(
        `expected 0 or 1 as the flag before a message of gRPC, found ${namedByte(byte)}`,
        units,
      );
  }

  #fail(problem: string, units: Unit[]): void {
    this.#failed = true;
    const unit = malformed(this.#place, this.#ranges, problem);
    units.push({ ...unit, layer: this.#place.layer });
  }

  #end(units: Unit[]): void {
    const { ranges, size, overflowed } = this.#ranges.take();
    const coded = this.#isCompressed ? ', compressed' : '';
    units.push(
      makeUnit({
        direction: this.#place.direction,
        layer: this.#place.layer,
        stream: this.#place.stream,
        kind: 'length-prefixed message',
        ranges,
        size,
        payload: this.#length,
        updates: this.#length > 0 ? 1 : 0,
        summary: `message: ${byteCount(size)}, ${number(this.#length)} after its length${coded}`,
        text: this.#start.take(),
        problem: overflowed
          ? 'in too many pieces: the last ones are not marked'
          : undefined,
        dissector: this.#dissector,
      }),
    );
    this.#prefixRead = 0;
  }
}

class MessageDissector implements FieldDissector {
  readonly type: string;

  constructor(type: string) {
    this.type = type;
  }

  dissect(list: FieldList): void {
    const { bytes } = list;
    const isCompressed = bytes[0] === 1;
    list.add('compressed', [0, 1], bytes[0]!, [
      isCompressed
        ? 'as grpc-encoding says in the headers'
        : '0: the message is not compressed',
      SECTION,
    ]);
    list.add('length', [1, PREFIX], number(bytes.length - PREFIX), [
      'bytes of the message',
      SECTION,
    ]);
    const value = readable(bytes.subarray(PREFIX));
    list.add('message', [PREFIX, bytes.length], value, [
      'written as the service says, mostly in protocol buffers',
      SECTION,
    ]);
  }

  content({ bytes }: ContentSource): UnitContent | undefined {
    if (bytes.length === PREFIX) return undefined;
    const problem =
      bytes[0] === 1
        ? 'compressed, as grpc-encoding says in the headers'
        : undefined;
    return { bytes: bytes.subarray(PREFIX), type: this.type, problem };
  }
}
