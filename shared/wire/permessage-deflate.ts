/** Compression of WebSocket messages, RFC 7692 7. */
import { Inflater, type Emit } from './inflate.ts';
import { INFLATED_FOR_EACH_BYTE, INFLATED_LIMIT } from './limits.ts';

/** What both sides agreed upon: whether a message may refer to earlier ones. */
export interface Deflate {
  up: { contextTakeover: boolean };
  down: { contextTakeover: boolean };
}

/**
 * What the server's `Sec-WebSocket-Extensions` accepted; undefined without
 * permessage-deflate. Smaller windows need nothing: 32 KiB read them all.
 */
export function acceptedDeflate(extensions: string): Deflate | undefined {
  for (const extension of extensions.split(',')) {
    const [name, ...parameters] = extension
      .split(';')
      .map((part) => part.trim().toLowerCase());
    if (name !== 'permessage-deflate') continue;
    const without = (side: string): boolean =>
      parameters.includes(`${side}_no_context_takeover`);
    return {
      up: { contextTakeover: !without('client') },
      down: { contextTakeover: !without('server') },
    };
  }
  return undefined;
}

// RFC 7692 7.2.2: the sender left these out at the end of each message.
const TAIL = Uint8Array.of(0x00, 0x00, 0xff, 0xff);

/** Inflates the messages of one direction, one after the other. */
export class MessageInflater {
  #contextTakeover: boolean;
  #inflater: Inflater | undefined;
  /** Plain bytes that all messages to come may have; all that came earn some. */
  #reserve = INFLATED_LIMIT;
  #earned = 0;
  /** What the present message was allowed. */
  #allowed = 0;

  constructor(contextTakeover: boolean) {
    this.#contextTakeover = contextTakeover;
  }

  /** Why this message, and with context takeover any later one, is lost. */
  get problem(): string | undefined {
    return this.#inflater?.problem;
  }

  /** What comes next refers to nothing that came before. */
  forget(): void {
    this.#inflater = undefined;
  }

  begin(): void {
    const made = this.#inflater ? this.#allowed - this.#inflater.allowance : 0;
    this.#reserve += this.#earned - made;
    this.#earned = 0;
    this.#allowed = Math.min(INFLATED_LIMIT, this.#reserve);
    if (!this.#contextTakeover || !this.#inflater)
      this.#inflater = new Inflater(true);
    this.#inflater.allowance = this.#allowed;
  }

  write(bytes: Uint8Array, from: number, to: number, emit: Emit): void {
    this.#earned += (to - from) * INFLATED_FOR_EACH_BYTE;
    this.#inflater?.write(bytes, from, to, emit);
  }

  end(emit: Emit): void {
    this.#inflater?.write(TAIL, 0, TAIL.length, emit);
  }
}
