/** Compression of WebSocket messages, RFC 7692, 7. */
import { Inflater, type Emit } from '../coding/inflate.ts';
import { INFLATED_FOR_EACH_BYTE, INFLATED_LIMIT } from '../limits.ts';
import { quoted } from '../text.ts';

const DEFLATE = 'permessage-deflate';

/** One extension of a list, RFC 6455, 9.1, in small letters. */
export interface Extension {
  name: string;
  /** The value is '' where none is given. */
  parameters: [name: string, value: string][];
}

/** The extensions of a Sec-WebSocket-Extensions, RFC 6455, 9.1. */
export function extensionsOf(list: string): Extension[] {
  return list
    .split(',')
    .map((one) => {
      const [name, ...rest] = one
        .split(';')
        .map((part) => part.trim().toLowerCase());
      const parameters = rest.map((part): [string, string] => {
        const [key, value = ''] = part.split('=', 2);
        return [key!.trimEnd(), value.trim().replace(/^"(.*)"$/, '$1')];
      });
      return { name: name!, parameters };
    })
    .filter(({ name }) => name !== '');
}

/**
 * What a client may not offer, RFC 7692, 7.1; undefined if all is allowed. Other
 * extensions are not known here.
 */
export function offerProblem(list: string): string | undefined {
  const extensions = extensionsOf(list);
  const isList = extensions.length === list.split(',').length;
  const isWord = extensions.every(({ name }) =>
    /^[\w!#$%&'*+.^`|~-]+$/.test(name),
  );
  if (!isList || !isWord)
    return `expected names of extensions, found ${quoted(list)} (RFC 6455, 9.1)`;
  return parametersProblem(extensions, true);
}

/** RFC 7692, 7.1: the parameters that there are, each once, with its value. */
function parametersProblem(
  extensions: readonly Extension[],
  isOffer: boolean,
): string | undefined {
  for (const { name, parameters } of extensions) {
    if (name !== DEFLATE) continue;
    const seen = new Set<string>();
    for (const [key, value] of parameters) {
      const found = quoted(value === '' ? key : `${key}=${value}`);
      if (!KEYS.includes(key))
        return `expected a parameter of ${DEFLATE}, found ${found} (RFC 7692, 7.1)`;
      if (seen.has(key))
        return `expected each parameter of ${DEFLATE} once, found ${found} again (RFC 7692, 7.1)`;
      seen.add(key);
      const isBits = key.endsWith('_bits');
      const mayLack = !isBits || (isOffer && key === CLIENT_BITS);
      const isFine = isBits && value !== '' ? BITS.test(value) : mayLack;
      if (!isFine || (!isBits && value !== ''))
        return `expected ${isBits ? `${key} from 8 to 15` : `no value of ${key}`}, found ${found} (RFC 7692, 7.1)`;
    }
  }
  return undefined;
}

const CLIENT_BITS = 'client_max_window_bits';
const SERVER_BITS = 'server_max_window_bits';
const KEYS = [
  CLIENT_BITS,
  SERVER_BITS,
  'client_no_context_takeover',
  'server_no_context_takeover',
];
const BITS = /^(?:[89]|1[0-5])$/;

/**
 * What a server may not accept of these offers, RFC 7692, 7.1; undefined if all
 * is allowed.
 */
export function acceptProblem(
  offers: readonly Extension[],
  accepted: readonly Extension[],
): string | undefined {
  const problem = parametersProblem(accepted, false);
  if (problem) return problem;
  const chosen = accepted.find(({ name }) => name === DEFLATE);
  if (!chosen) return undefined;
  const agreed = new Map(chosen.parameters);
  const fits = offers.some(
    ({ name, parameters }) =>
      name === DEFLATE && fitsOffer(new Map(parameters), agreed),
  );
  if (fits) return undefined;
  const found = chosen.parameters.map(([key, value]) =>
    value === '' ? key : `${key}=${value}`,
  );
  return `expected parameters of ${DEFLATE} that fit what the client has offered, found ${found.length > 0 ? quoted(found.join('; ')) : 'none'} (RFC 7692, 7.1)`;
}

function fitsOffer(
  offer: ReadonlyMap<string, string>,
  agreed: ReadonlyMap<string, string>,
): boolean {
  const without = 'server_no_context_takeover';
  if (offer.has(without) && !agreed.has(without)) return false;
  const most = offer.get(SERVER_BITS);
  const server = agreed.get(SERVER_BITS);
  if (most !== undefined && !(Number(server ?? 16) <= Number(most)))
    return false;
  const client = agreed.get(CLIENT_BITS);
  if (client === undefined) return true;
  const limit = offer.get(CLIENT_BITS);
  return limit !== undefined && Number(client) <= Number(limit || 15);
}

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
  for (const { name, parameters } of extensionsOf(extensions)) {
    if (name !== DEFLATE) continue;
    const without = (side: string): boolean =>
      parameters.some(([one]) => one === `${side}_no_context_takeover`);
    return {
      up: { contextTakeover: !without('client') },
      down: { contextTakeover: !without('server') },
    };
  }
  return undefined;
}

// RFC 7692, 7.2.2: the sender left these out at the end of each message.
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
