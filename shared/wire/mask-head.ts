/** Masks the secrets in what heads, header lists and trailers say. */
import { coverText, hidesSecret, maskText } from './mask-text.ts';
import { isSecretName, secretSubprotocols } from './secrets.ts';
import { latin1 } from './text.ts';

const LF = 10;
const CR = 13;
const SPACE = 0x20;
const COLON = 0x3a;
const AT = 0x40;

const ADDRESSES = new Set([
  ':path',
  'content-location',
  'location',
  'origin',
  'referer',
]);
const HOSTS = new Set([':authority', 'host']);

/**
 * Masks the value of a header, in place.
 *
 * @param name in any letters; spaces around it do not count
 * @returns whether there was a secret
 */
export function maskValue(
  name: string,
  bytes: Uint8Array,
  from = 0,
  to = bytes.length,
): boolean {
  const known = name.trim().toLowerCase();
  if (isSecretName(known)) return coverText(bytes, from, to);
  if (known === 'sec-websocket-protocol') {
    const value = latin1(bytes, from, to);
    const found = secretSubprotocols(value).map(([start, end]) =>
      coverText(bytes, from + start, from + end),
    );
    return found.includes(true);
  }
  if (HOSTS.has(known)) return maskUser(bytes, from, to);
  if (ADDRESSES.has(known)) return maskAddress(bytes, from, to);
  return maskText(bytes, 'text', from, to);
}

/** The user in `user:password@host`, without a scheme before it. */
function maskUser(bytes: Uint8Array, from: number, to: number): boolean {
  const at = bytes.lastIndexOf(AT, to - 1);
  return at >= from && coverText(bytes, from, at);
}

/** A URL, or what a request asks for. */
function maskAddress(bytes: Uint8Array, from: number, to: number): boolean {
  const found = maskText(bytes, 'form', from, to);
  // All of it, where it is not in the place where it would be looked for.
  return hidesSecret(bytes, from, to) ? coverText(bytes, from + 1, to) : found;
}

/** Where the line ends that begins at `from`; a bare CR ends one, too. */
function lineEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && bytes[at] !== LF && bytes[at] !== CR) at++;
  return at;
}

function skipLineEnds(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === LF || bytes[at] === CR)) at++;
  return at;
}

/** Masks the head of a message of HTTP/1.1, also one that was cut off. */
export function maskHead(bytes: Uint8Array, from: number, to: number): void {
  const start = skipLineEnds(bytes, from, to);
  const end = lineEnd(bytes, start, to);
  maskStart(bytes, start, end);
  maskFields(bytes, end, to);
}

/** `GET target HTTP/1.1`; a status line is text. */
function maskStart(bytes: Uint8Array, from: number, to: number): void {
  const isStatus = latin1(bytes, from, Math.min(to, from + 5)) === 'HTTP/';
  const first = bytes.indexOf(SPACE, from);
  if (isStatus || first < 0 || first >= to) {
    maskText(bytes, 'text', from, to);
    return;
  }
  const hasVersion = /^HTTP\/[0-9.]+$/.test(
    latin1(bytes, Math.max(first, bytes.lastIndexOf(SPACE, to - 1)) + 1, to),
  );
  const last = hasVersion ? bytes.lastIndexOf(SPACE, to - 1) : to;
  const end = Math.max(first + 1, last);
  if (latin1(bytes, from, first) === 'CONNECT') maskUser(bytes, first + 1, end);
  maskAddress(bytes, first + 1, end);
}

/** Masks header lines, as they stand in a head or in trailers. */
export function maskFields(bytes: Uint8Array, from: number, to: number): void {
  let at = skipLineEnds(bytes, from, to);
  let name = '';
  while (at < to) {
    const end = lineEnd(bytes, at, to);
    const isFolded = bytes[at] === SPACE || bytes[at] === 9;
    const colon = bytes.indexOf(COLON, at);
    let value = at;
    if (!isFolded && colon >= 0 && colon < end) {
      name = latin1(bytes, at, colon);
      value = colon + 1;
    } else if (!isFolded) {
      name = '';
    }
    // A space after the colon stays, as it is easier to read.
    if (bytes[value] === SPACE && value < end) value++;
    maskValue(name, bytes, value, end);
    at = skipLineEnds(bytes, end, to);
  }
}
