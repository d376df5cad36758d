/**
 * The handshake of WebSocket, RFC 6455, 4: what the client requests, what the
 * server responds, and whether the one fits the other.
 */
import {
  acceptProblem,
  extensionsOf,
  offerProblem,
  type Extension,
} from './permessage-deflate.ts';
import {
  findHeader,
  listOf,
  type HeaderLine,
} from '../http1/header-section.ts';
import { sha1 } from './sha1.ts';
import { quoted } from '../text.ts';

/** What a request for a WebSocket offers. */
export interface Offer {
  key: string;
  protocols: string[];
  extensions: Extension[];
}

const KEY = /^[A-Za-z0-9+/]{21}[AQgw]==$/;

/**
 * What a request may not say that asks for a WebSocket, RFC 6455, 4.1; undefined
 * if all is allowed.
 */
export function upgradeProblem(
  [method, , version]: readonly [string, string, string],
  lines: HeaderLine[],
): string | undefined {
  if (!listOf(findHeader(lines, 'upgrade') ?? '').includes('websocket'))
    return undefined;
  const section = '(RFC 6455, 4.1)';
  if (method !== 'GET')
    return `expected GET in the handshake of a WebSocket, found ${quoted(method)} ${section}`;
  if (version === 'HTTP/1.0')
    return `expected HTTP/1.1 in the handshake of a WebSocket, found HTTP/1.0 ${section}`;
  const key = findHeader(lines, 'sec-websocket-key');
  if (key === undefined || !KEY.test(key))
    return `expected a Sec-WebSocket-Key of 16 bytes in Base64, found ${key === undefined ? 'none' : quoted(key)} ${section}`;
  const number = findHeader(lines, 'sec-websocket-version');
  if (number !== '13')
    return `expected Sec-WebSocket-Version 13, found ${number === undefined ? 'none' : quoted(number)} ${section}`;
  return requestListProblem(lines);
}

/** What may not stand in the lists of what the client offers. */
function requestListProblem(lines: HeaderLine[]): string | undefined {
  const section = '(RFC 6455, 4.1)';
  const protocols = protocolsOf(lines);
  const list = findHeader(lines, 'sec-websocket-protocol');
  const isWord = (one: string): boolean => TOKEN.test(one) || MASKED.test(one);
  if (list !== undefined && !(protocols.length > 0 && protocols.every(isWord)))
    return `expected names of subprotocols, found ${quoted(list)} ${section}`;
  // Those that were masked may have been different ones.
  const shown = protocols.filter((one) => !MASKED.test(one));
  if (new Set(shown).size < shown.length)
    return `expected each subprotocol once, found ${quoted(list ?? '')} ${section}`;
  const extensions = findHeader(lines, 'sec-websocket-extensions');
  return extensions === undefined ? undefined : offerProblem(extensions);
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

function foundExtensions(lines: HeaderLine[]): Extension[] {
  return extensionsOf(findHeader(lines, 'sec-websocket-extensions') ?? '');
}

/** Subprotocols in their own letters: those are compared as they are. */
function protocolsOf(lines: HeaderLine[]): string[] {
  const value = findHeader(lines, 'sec-websocket-protocol') ?? '';
  return value
    .split(',')
    .map((one) => one.trim())
    .filter(Boolean);
}

/** What the client offers, to be compared with the response. */
export function offerOf(lines: HeaderLine[]): Offer {
  return {
    key: findHeader(lines, 'sec-websocket-key') ?? '',
    protocols: protocolsOf(lines),
    extensions: foundExtensions(lines),
  };
}

/** RFC 6455, 1.3: the same for everybody, so that no other server knows it. */
const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** What Sec-WebSocket-Accept must be for this key, RFC 6455, 4.2.2. */
export function acceptFor(key: string): string {
  const digest = sha1(new TextEncoder().encode(key + MAGIC));
  return btoa(String.fromCharCode(...digest));
}

/** In a saved run, where a token may have been: nothing can be compared. */
const MASKED = /^\*+$/;

/**
 * What a 101 may not say to this request, RFC 6455, 4.1 and 4.2.2; undefined if
 * all is allowed.
 */
export function handshakeProblem(
  offer: Offer,
  lines: HeaderLine[],
): string | undefined {
  const section = '(RFC 6455, 4.1)';
  const accept = findHeader(lines, 'sec-websocket-accept');
  const wanted = acceptFor(offer.key);
  if (accept !== wanted)
    return `expected Sec-WebSocket-Accept ${wanted}, found ${accept === undefined ? 'none' : quoted(accept)} ${section}`;
  const chosen = protocolsOf(lines);
  if (findHeader(lines, 'sec-websocket-protocol') === '')
    return `expected a subprotocol, found an empty field ${section}`;
  if (chosen.length > 1)
    return `expected one subprotocol, found ${quoted(chosen.join(', '))} ${section}`;
  const protocol = chosen.find(
    (one) => !offer.protocols.some((own) => own === one || MASKED.test(own)),
  );
  if (protocol !== undefined)
    return `expected a subprotocol that the client has offered, found ${quoted(protocol)} ${section}`;
  const extensions = foundExtensions(lines);
  const extension = extensions.find(
    ({ name }) => !offer.extensions.some((own) => own.name === name),
  );
  if (extension !== undefined)
    return `expected an extension that the client has offered, found ${quoted(extension.name)} ${section}`;
  return acceptProblem(offer.extensions, extensions);
}
