/** Masks the secrets in what headers, header lists and trailers say. */
import { coverText, hidesSecret, maskText } from './text.ts';
import { isSecretName, secretSubprotocols } from './secrets.ts';
import { latin1 } from '../text.ts';

const LF = 10;
const CR = 13;
const TAB = 9;
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
export function maskValue(name: string, value: Uint8Array): boolean {
  const known = name.trim().toLowerCase();
  if (isSecretName(known)) return coverText(value, 0, value.length);
  if (known === 'sec-websocket-protocol') {
    const found = secretSubprotocols(latin1(value)).map(([from, to]) =>
      coverText(value, from, to),
    );
    return found.includes(true);
  }
  if (HOSTS.has(known)) return maskUser(value);
  if (ADDRESSES.has(known)) return maskAddress(value);
  return maskText(value);
}

/** The user in `user:password@host`, without a scheme before it. */
function maskUser(value: Uint8Array): boolean {
  const at = value.lastIndexOf(AT);
  return at > 0 && coverText(value, 0, at);
}

/** A URL, or what a request asks for. */
function maskAddress(value: Uint8Array): boolean {
  const found = maskText(value, 'form');
  // All of it, where it is not in the place where it would be looked for.
  return hidesSecret(value, 0, value.length)
    ? coverText(value, 1, value.length)
    : found;
}

/** Where the line ends that begins at `from`; a bare CR ends one, too. */
function lineEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== LF && bytes[at] !== CR) at++;
  return at;
}

function skipLineEnds(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] === LF || bytes[at] === CR)) at++;
  return at;
}

/**
 * Masks the beginning of a start line and headers, in place; the last line, cut
 * off, behind its name.
 */
export function maskCutHeaders(headers: Uint8Array): void {
  maskStartAndHeaders(headers);
  let start = headers.length;
  while (start > 0 && headers[start - 1] !== LF && headers[start - 1] !== CR)
    start--;
  const isStart = skipLineEnds(headers, 0) === start;
  const name = headers.indexOf(isStart ? SPACE : COLON, start);
  const isFolded = headers[start] === SPACE || headers[start] === TAB;
  coverText(headers, isFolded || name < 0 ? start : name + 1, headers.length);
}

/**
 * Masks the start line and the headers of a message of HTTP/1.1, in place.
 */
export function maskStartAndHeaders(headers: Uint8Array): void {
  const start = skipLineEnds(headers, 0);
  const end = lineEnd(headers, start);
  maskStart(headers.subarray(start, end));
  maskFields(headers.subarray(end));
}

/** `GET target HTTP/1.1`; a status line is text. */
function maskStart(line: Uint8Array): void {
  const first = line.indexOf(SPACE);
  if (first < 0 || latin1(line.subarray(0, 5)) === 'HTTP/') {
    maskText(line);
    return;
  }
  const last = line.lastIndexOf(SPACE);
  const hasVersion = /^HTTP\/[0-9.]+$/.test(latin1(line, last + 1));
  const target = line.subarray(first + 1, hasVersion ? last : undefined);
  if (latin1(line, 0, first) === 'CONNECT') maskUser(target);
  maskAddress(target);
}

/**
 * Masks header lines, in place, as they stand in a header section or in
 * trailers.
 */
export function maskFields(bytes: Uint8Array): void {
  let at = skipLineEnds(bytes, 0);
  let name = '';
  while (at < bytes.length) {
    const end = lineEnd(bytes, at);
    const line = bytes.subarray(at, end);
    const isFolded = line[0] === SPACE || line[0] === TAB;
    const colon = isFolded ? -1 : line.indexOf(COLON);
    if (!isFolded) name = colon < 0 ? '' : latin1(line, 0, colon);
    // A space after the colon stays, as it is easier to read.
    const isSpaced = line[colon + 1] === SPACE;
    maskValue(name, line.subarray(colon + (isSpaced ? 2 : 1)));
    at = skipLineEnds(bytes, end);
  }
}
