/**
 * The header blocks of one direction of HTTP/2, RFC 9113, 4.3 and 6.2.
 *
 * What goes in: whole frames, one after the other; all of them are asked about
 * by `interruption`, and those that carry blocks are handed to `frame`. What
 * comes out: a unit for each of those; and one layer above, for a block that
 * came in several. What a partial block does: it is kept, up to
 * `HEADER_BLOCK_LIMIT`, and decoded with its last frame.
 */
import { ReassemblyBuffer } from '../reassembly-buffer.ts';
import { ByteCursor } from '../byte-cursor.ts';
import { HpackDecoder, type HeaderList } from '../hpack/decoder.ts';
import { HEADER_SIZE, uint31 } from './fields.ts';
import { HeaderListDissector, HeadersDissector } from './header-fields.ts';
import type { Http2States, SectionPlace } from './states.ts';
import { field, type Streams } from './streams.ts';
import {
  END_HEADERS,
  END_STREAM,
  FRAME,
  frameKind,
  frameName,
  PADDED,
  PRIORITY,
} from './words.ts';
import { grpcStatus } from '../grpc/words.ts';
import { statusText } from '../http/words.ts';
import { HEADER_BLOCK_LIMIT } from '../limits.ts';
import { byteCount, number, shortened } from '../text.ts';
import { makeUnit, type Direction, type Unit } from '../unit.ts';
import type { Http2Frame, WholeFrame } from './frame.ts';

/** A block whose last part has not come. */
interface Block extends SectionPlace {
  stream: number;
  bytes: ReassemblyBuffer;
  frames: number;
}

const TYPES: number[] = [FRAME.HEADERS, FRAME.PUSH_PROMISE, FRAME.CONTINUATION];

/**
 * Puts the blocks of one direction together, decodes them in their order, and
 * tells the frames that carry them.
 */
export class HeaderBlocks {
  readonly hpack = new HpackDecoder();
  #direction: Direction;
  #streams: Streams;
  #states: Http2States;
  #open: Block | undefined;

  constructor(direction: Direction, streams: Streams, states: Http2States) {
    this.#direction = direction;
    this.#streams = streams;
    this.#states = states;
  }

  /** Frames of this type carry header blocks. */
  static has(type: number): boolean {
    return TYPES.includes(type);
  }

  /** What another frame, in the middle of a block, breaks: RFC 9113, 6.10. */
  interruption(frame: Http2Frame): string | undefined {
    const open = this.#open;
    if (!open) {
      if (frame.type !== FRAME.CONTINUATION) return undefined;
      this.hpack.lose();
      return 'expected CONTINUATION only after a HEADERS frame that is not complete (RFC 9113, 6.10)';
    }
    const isNext =
      frame.type === FRAME.CONTINUATION && frame.stream === open.stream;
    if (isNext) return undefined;
    this.#open = undefined;
    this.hpack.lose();
    this.#states.forget(open.about);
    return `expected CONTINUATION of stream ${open.stream}, found ${frameName(frame.type)} of stream ${frame.stream} (RFC 9113, 6.10)`;
  }

  /** A HEADERS, PUSH_PROMISE or CONTINUATION frame is complete. */
  frame(whole: WholeFrame, units: Unit[]): void {
    const { frame, payload, ranges } = whole;
    const place = fragmentOf(frame, payload);
    whole.problem ??= place.problem;
    if (payload.length < frame.length)
      whole.problem ??= `of a header block at most ${byteCount(HEADER_BLOCK_LIMIT)} are read`;
    if (payload.length < frame.length || place.problem) this.hpack.lose();
    const start = (ranges[0]?.[0] ?? 0) + HEADER_SIZE + place.from;
    const fragment = new ByteCursor(
      payload.subarray(place.from, place.to),
      start,
    );
    if (frame.type === FRAME.CONTINUATION) {
      this.#continue(whole, fragment, units);
      return;
    }
    const block: Block = {
      stream: frame.stream,
      about: frame.stream,
      endsStream: false,
      isPromise: frame.type === FRAME.PUSH_PROMISE,
      bytes: new ReassemblyBuffer(),
      frames: 1,
    };
    if (block.isPromise) block.about = uint31(payload, place.from - 4);
    else block.endsStream = (frame.flags & END_STREAM) !== 0;
    if (!isLast(frame)) {
      block.bytes.read(fragment, fragment.bytes.length);
      this.#open = block;
      this.#emit(whole, 'continued', undefined, units);
      return;
    }
    const list = this.hpack.decode(fragment.bytes);
    const learned = this.#learn(block, list);
    whole.problem ??= learned;
    this.#emit(whole, titleOf(list), list, units);
    this.#end(block, units);
  }

  #continue(whole: WholeFrame, fragment: ByteCursor, units: Unit[]): void {
    const block = this.#open;
    if (!block) {
      this.#emit(whole, '', undefined, units);
      return;
    }
    block.frames++;
    if (block.bytes.length + fragment.left <= HEADER_BLOCK_LIMIT) {
      block.bytes.read(fragment, fragment.bytes.length);
    } else {
      whole.problem ??= `a header block of more than ${byteCount(HEADER_BLOCK_LIMIT)} is not read`;
      this.hpack.lose();
    }
    const ends = isLast(whole.frame);
    this.#emit(whole, ends ? 'the last part' : 'a part', undefined, units);
    if (!ends) return;
    this.#open = undefined;
    const list = this.hpack.decode(block.bytes.take());
    const problem = this.#learn(block, list);
    this.#emitBlock(block, list, problem, units);
    this.#end(block, units);
  }

  /** What the fields say about the stream. */
  #learn(block: Block, list: HeaderList): string | undefined {
    const { fields } = list;
    const { about, isPromise } = block;
    // A stream that cannot be: it was told, and nothing follows from it.
    if (about === 0) return list.problem;
    if (list.problem) {
      this.#states.forget(about);
      return list.problem;
    }
    const sender = isPromise ? 'up' : this.#direction;
    const problem = this.#states.fields(sender, block, fields);
    const isTrailers = !field(fields, ':method') && !field(fields, ':status');
    const limit = isTrailers
      ? undefined
      : this.#streams.headers(sender, about, fields);
    return limit ?? problem;
  }

  #end(block: Block, units: Unit[]): void {
    if (block.isPromise) this.#streams.end('up', block.about, units);
    else if (block.endsStream)
      this.#streams.end(this.#direction, block.about, units);
  }

  #emit(
    whole: WholeFrame,
    title: string,
    list: HeaderList | undefined,
    units: Unit[],
  ): void {
    const { frame, ranges, size, problem } = whole;
    const ends = frame.type === FRAME.HEADERS && frame.flags & END_STREAM;
    const what = title ? `, ${title}` : '';
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: frameKind(frame.type),
        layer: 0,
        ranges,
        size,
        payload: 0,
        summary: `${frameName(frame.type)}, stream ${frame.stream}${what}: ${byteCount(size)}${ends ? ', ends the stream' : ''}`,
        problem,
        stream: frame.stream,
        dissector: new HeadersDissector(list?.fields),
      }),
    );
  }

  #emitBlock(
    block: Block,
    list: HeaderList,
    problem: string | undefined,
    units: Unit[],
  ): void {
    const { ranges, size, overflowed } = block.bytes.ranges.take();
    const title = titleOf(list);
    units.push(
      makeUnit({
        direction: this.#direction,
        kind: 'http/2 header list',
        layer: 1,
        ranges,
        size,
        payload: 0,
        summary: `header list of stream ${block.about}${title ? `, ${title}` : ''}: ${byteCount(size)} in ${number(block.frames)} frames`,
        problem:
          problem ??
          (overflowed
            ? 'in too many pieces: the last ones are not marked'
            : undefined),
        stream: block.about,
        dissector: new HeaderListDissector(list.fields),
      }),
    );
  }
}

/** END_HEADERS: no other frame continues the block. */
function isLast({ flags }: Http2Frame): boolean {
  return (flags & END_HEADERS) !== 0;
}

/** Where the block is in a payload: padding and priority are not part of it. */
function fragmentOf(
  frame: Http2Frame,
  payload: Uint8Array,
): { from: number; to: number; problem: string | undefined } {
  let from = 0;
  let to = payload.length;
  if (frame.type === FRAME.CONTINUATION)
    return { from, to, problem: undefined };
  if (frame.flags & PADDED) to -= payload[from++] ?? 0;
  if (frame.type === FRAME.PUSH_PROMISE) from += 4;
  else if (frame.flags & PRIORITY) from += 5;
  if (from <= to) return { from, to, problem: undefined };
  const problem = `expected room for padding and priority, found ${byteCount(frame.length)} of payload (RFC 9113, ${frame.type === FRAME.PUSH_PROMISE ? '6.6' : '6.2'})`;
  return { from, to: from, problem };
}

/** `GET /board`, `200 OK` or `trailers`. */
function titleOf(list: HeaderList): string {
  const { fields } = list;
  const method = field(fields, ':method');
  if (method) {
    const target = field(fields, ':path') || field(fields, ':authority');
    return `${shortened(method, 20)} ${shortened(target)}`;
  }
  const status = field(fields, ':status');
  if (status) {
    // A call that fails at once has its trailers in the headers.
    const result = grpcStatus(field(fields, 'grpc-status'));
    const said = printableStatus(status);
    return result === '' ? said : `${said}, ${result}`;
  }
  if (fields.length === 0) return '';
  const result = grpcStatus(field(fields, 'grpc-status'));
  return result === '' ? 'trailers' : `trailers, ${result}`;
}

function printableStatus(status: string): string {
  return /^[0-9]{3}$/.test(status)
    ? statusText(Number(status))
    : shortened(status, 20);
}
