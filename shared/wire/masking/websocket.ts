/**
 * Masks the secrets in the messages of a WebSocket, in place. A compressed
 * message with a secret in it becomes asterisks as a whole, and so does each
 * later one that cannot be inflated without it.
 */
import { concat } from '../bytes.ts';
import { coverWhole, scatter, type BothWays } from './bytes.ts';
import { maskMqtt, startsMqtt } from './mqtt.ts';
import { maskCutEnd, maskText } from './text.ts';
import {
  acceptedDeflate,
  MessageInflater,
  type Deflate,
} from '../websocket/permessage-deflate.ts';
import type { Direction } from '../unit.ts';
import type { Range } from '../byte-ranges.ts';
import {
  headerLength,
  readHeader,
  unmask,
  type FrameHeader,
} from '../websocket/frame.ts';

/** The payload of a frame, as far as it is there. */
interface Part {
  range: Range;
  /** The masking key; undefined without one. */
  key: Uint8Array | undefined;
}

interface Message {
  parts: Part[];
  isCompressed: boolean;
  isWhole: boolean;
}

/**
 * Masks both directions, from the first byte after the handshake on.
 *
 * @param accepted what the server's headers of these names say
 */
export function maskWebSocket(
  bytes: BothWays,
  accepted: { extensions: string; subprotocol: string },
): void {
  const deflate = acceptedDeflate(accepted.extensions);
  const up = new Side(bytes.up, 'up', deflate);
  const down = new Side(bytes.down, 'down', deflate);
  if (!up.isMqtt && !/^mqtt/i.test(accepted.subprotocol)) {
    up.mask();
    down.mask();
    return;
  }
  // A packet may be cut anywhere, also into single bytes.
  const joined = { up: up.joined(), down: down.joined() };
  maskMqtt(joined);
  up.write(joined.up);
  down.write(joined.down);
}

class Side {
  readonly #bytes: Uint8Array;
  readonly #direction: Direction;
  readonly #messages: Message[] = [];
  /** Undefined: no compression was agreed upon. */
  readonly #contextTakeover: boolean | undefined;

  constructor(
    bytes: Uint8Array,
    direction: Direction,
    deflate: Deflate | undefined,
  ) {
    this.#bytes = bytes;
    this.#direction = direction;
    this.#contextTakeover = deflate?.[direction].contextTakeover;
    this.#read();
  }

  /** Finds the messages; masks what is in none. */
  #read(): void {
    const bytes = this.#bytes;
    let open: Message | undefined;
    let at = 0;
    while (at < bytes.length) {
      const rest = bytes.subarray(at);
      const size = rest.length < 2 ? Infinity : headerLength(rest);
      if (size > rest.length) break;
      const frame = readHeader(rest, size);
      const from = at + size;
      const to = Math.min(bytes.length, from + frame.length);
      const key = frame.isMasked ? bytes.slice(from - 4, from) : undefined;
      const part: Part = { range: [from, to], key };
      const isCompressed = frame.isStart && frame.reserved === 4;
      if (this.#isMalformed(frame, open !== undefined)) {
        // Nobody reads on after it.
        coverWhole(bytes, [[at, bytes.length]]);
        break;
      }
      if (frame.isControl) {
        // A close frame begins with two bytes of its code.
        const start = frame.opcode === 8 ? 2 : 0;
        this.#change([part], (plain) => {
          const found = maskText(plain, 'text', start);
          return maskCutEnd(plain, start) || found;
        });
      } else {
        if (frame.isStart || !open) {
          open = { parts: [], isCompressed, isWhole: false };
          this.#messages.push(open);
        }
        open.parts.push(part);
        open.isWhole = frame.isFinal && to - from === frame.length;
        if (frame.isFinal) open = undefined;
      }
      at = to;
    }
    // A header that was cut off has no payload, and says nothing.
  }

  #isMalformed(frame: FrameHeader, isOpen: boolean): boolean {
    const { opcode, reserved, isStart, isControl, isFinal } = frame;
    const mayBeCompressed = isStart && this.#contextTakeover !== undefined;
    return (
      (opcode > 2 && (opcode < 8 || opcode > 10)) ||
      (reserved !== 0 && !(reserved === 4 && mayBeCompressed)) ||
      frame.isMasked !== (this.#direction === 'up') ||
      (isControl && (!isFinal || frame.length > 125)) ||
      (!isControl && isOpen === isStart)
    );
  }

  /** MQTT may be spoken in binary messages. */
  get isMqtt(): boolean {
    const [first] = this.#messages;
    if (!first) return false;
    const plain = first.isCompressed
      ? new Inflating(this.#contextTakeover!).read(this.#payload(first.parts))
      : this.#payload(first.parts);
    if (plain && startsMqtt(plain)) return true;
    const all = this.#messages.slice(0, 16).filter((one) => !one.isCompressed);
    return startsMqtt(concat(all.map(({ parts }) => this.#payload(parts))));
  }

  /** All payloads, one after the other; compressed ones are asterisks. */
  joined(): Uint8Array {
    for (const { parts, isCompressed } of this.#messages)
      if (isCompressed) this.#cover(parts);
    return new Uint8Array(
      concat(this.#messages.map(({ parts }) => this.#payload(parts))),
    );
  }

  write(joined: Uint8Array): void {
    let at = 0;
    for (const { parts } of this.#messages) {
      const { length } = this.#payload(parts);
      this.#write(parts, joined.subarray(at, at + length));
      at += length;
    }
  }

  mask(): void {
    const takesOver = this.#contextTakeover ?? false;
    const inflating = new Inflating(takesOver);
    /** What a reader of the masked file can inflate; once that differs. */
    let reader: Inflating | undefined;
    for (const { parts, isCompressed, isWhole } of this.#messages) {
      if (!isCompressed) {
        this.#change(parts, (plain) => {
          const found = maskText(plain);
          return (!isWhole && maskCutEnd(plain)) || found;
        });
        continue;
      }
      const payload = this.#payload(parts);
      const plain = inflating.read(payload);
      // It has fewer of the messages before: it reads the same, or nothing.
      const known = reader ? reader.read(payload) : plain;
      const isFine =
        plain && known && !maskText(plain) && (isWhole || !maskCutEnd(plain));
      if (isFine) continue;
      this.#cover(parts);
      reader = new Inflating(takesOver);
    }
  }

  #payload(parts: readonly Part[]): Uint8Array {
    const [only] = parts;
    if (only?.key && parts.length === 1)
      return unmask(this.#bytes.subarray(...only.range), only.key);
    return new Uint8Array(
      concat(
        parts.map(({ range, key }) => {
          const bytes = this.#bytes.subarray(...range);
          return key ? unmask(bytes, key) : bytes;
        }),
      ),
    );
  }

  #write(parts: readonly Part[], plain: Uint8Array): void {
    let at = 0;
    for (const { range, key } of parts) {
      const to = at + range[1] - range[0];
      const own = plain.subarray(at, to);
      scatter(this.#bytes, [range], key ? unmask(own, key) : own);
      at = to;
    }
  }

  /** @param mask writes into what it gets, and says whether it did */
  #change(parts: readonly Part[], mask: (plain: Uint8Array) => boolean): void {
    const plain = this.#payload(parts);
    if (mask(plain)) this.#write(parts, plain);
  }

  #cover(parts: readonly Part[]): void {
    this.#change(parts, (plain) => {
      coverWhole(plain, [[0, plain.length]]);
      return true;
    });
  }
}

/** Inflates one message after the other. */
class Inflating {
  readonly #inflater: MessageInflater;

  constructor(contextTakeover: boolean) {
    this.#inflater = new MessageInflater(contextTakeover);
  }

  /** Undefined where it, or one before it that it needs, cannot be read. */
  read(payload: Uint8Array): Uint8Array | undefined {
    const pieces: Uint8Array[] = [];
    const keep = (bytes: Uint8Array, from: number, to: number): void => {
      pieces.push(bytes.slice(from, to));
    };
    this.#inflater.begin();
    this.#inflater.write(payload, 0, payload.length, keep);
    this.#inflater.end(keep);
    if (this.#inflater.problem) return undefined;
    return new Uint8Array(concat(pieces));
  }
}
