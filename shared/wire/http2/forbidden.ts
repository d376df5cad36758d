/**
 * What HTTP/2 forbids in the fields of one header section, RFC 9113, 8.2 and
 * 8.3, and in SETTINGS, 6.5.2. Left out: see left-out.md.
 */
import { HOST } from '../http1/forbidden.ts';
import { SETTING, settingName } from './words.ts';
import { namedByte, number, quoted, shortened } from '../text.ts';

/** What a header section is. */
export type Section = 'request' | 'response' | 'trailers';

/**
 * What the fields say that other frames must fit; filled in by `fieldsProblem`.
 */
export interface Facts {
  /** Of Content-Length; undefined without it. */
  length: number | undefined;
  method: string;
  /** Of a response; 0 otherwise. */
  status: number;
}

/** The pseudo-headers of one header section; undefined: not there. */
interface Pseudo {
  method: string | undefined;
  scheme: string | undefined;
  path: string | undefined;
  authority: string | undefined;
  protocol: string | undefined;
  status: string | undefined;
}

/** 1 for each character that a name may have: a token, in small letters. */
const NAME_CHARACTERS = new Uint8Array(256);
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
  NAME_CHARACTERS[character.charCodeAt(0)] = 1;

const COLON = 58;
const SPACE = 32;
const TAB = 9;

function nameProblem(name: string): string | undefined {
  const from = name.charCodeAt(0) === COLON ? 1 : 0;
  if (from === name.length)
    return `expected a name for each field, found ${quoted(name)} (RFC 9110, 5.1)`;
  for (let at = from; at < name.length; at++) {
    const code = name.charCodeAt(at);
    if (NAME_CHARACTERS[code] === 1) continue;
    if (code >= 65 && code <= 90)
      return `expected a field name in lower case, found ${quoted(name)} (RFC 9113, 8.2.1)`;
    // Some characters are in no token, and yet HTTP/2 does not name them.
    const isNamed = code <= SPACE || code >= 0x7f || code === COLON;
    return `expected a token as the field name, found ${quoted(name)} (RFC ${isNamed ? '9113, 8.2.1' : '9110, 5.1'})`;
  }
  return undefined;
}

function valueProblem(name: string, value: string): string | undefined {
  const { length } = value;
  for (let at = 0; at < length; at++) {
    const code = value.charCodeAt(at);
    if ((code >= SPACE && code !== 0x7f) || code === TAB) continue;
    const isWorst = code === 0 || code === 10 || code === 13;
    return `expected no control character in ${shortened(name, 40)}, found ${namedByte(code)} (RFC ${isWorst ? '9113, 8.2.1' : '9110, 5.5'})`;
  }
  // Of the characters that are left only these two are below "!".
  if (value.charCodeAt(0) <= SPACE || value.charCodeAt(length - 1) <= SPACE)
    return `expected no space around the value of ${shortened(name, 40)}, found ${quoted(value)} (RFC 9113, 8.2.1)`;
  return undefined;
}

/** It belongs to a connection of HTTP/1.1, RFC 9113, 8.2.2. */
function isOfConnection(name: string): boolean {
  // By length, as almost every name is none of them.
  switch (name.length) {
    case 7:
      return name === 'upgrade';
    case 10:
      return name === 'connection' || name === 'keep-alive';
    case 16:
      return name === 'proxy-connection';
    case 17:
      return name === 'transfer-encoding';
    default:
      return false;
  }
}

/** Which pseudo-header it is; undefined if such a section has none of it. */
function pseudoKey(name: string, section: Section): keyof Pseudo | undefined {
  if (section !== 'request') return name === ':status' ? 'status' : undefined;
  switch (name) {
    case ':method':
      return 'method';
    case ':scheme':
      return 'scheme';
    case ':path':
      return 'path';
    case ':authority':
      return 'authority';
    case ':protocol':
      return 'protocol';
    default:
      return undefined;
  }
}

/** Keeps a pseudo-header, or says why it may not be there. */
function readPseudo(
  name: string,
  value: string,
  section: Section,
  pseudo: Pseudo,
): string | undefined {
  if (section === 'trailers')
    return `expected no pseudo-header in trailers, found ${quoted(name)} (RFC 9113, 8.1)`;
  const key = pseudoKey(name, section);
  if (key === undefined)
    return `expected a pseudo-header of a ${section}, found ${quoted(name)} (RFC 9113, 8.3)`;
  if (pseudo[key] !== undefined)
    return `expected ${name} once, found it twice (RFC 9113, 8.3)`;
  pseudo[key] = value;
  return undefined;
}

/**
 * The first thing that a header section may not say, RFC 9113, 8.2 and 8.3;
 * undefined if all is allowed.
 * @param headers name, value, name, value …
 * @param mayConnect the server takes `:protocol` (RFC 8441)
 * @param facts is filled in
 */
export function fieldsProblem(
  headers: readonly string[],
  section: Section,
  mayConnect: boolean,
  facts: Facts,
): string | undefined {
  const pseudo: Pseudo = {
    method: undefined,
    scheme: undefined,
    path: undefined,
    authority: undefined,
    protocol: undefined,
    status: undefined,
  };
  let problem: string | undefined;
  let host: string | undefined;
  let isLate = false;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i]!;
    const value = headers[i + 1]!;
    problem ??= nameProblem(name) ?? valueProblem(name, value);
    if (name.charCodeAt(0) === COLON) {
      problem ??= readPseudo(name, value, section, pseudo);
      if (isLate)
        problem ??= `expected ${name} before all other fields (RFC 9113, 8.3)`;
      continue;
    }
    isLate = true;
    if (isOfConnection(name))
      problem ??= `expected no field of the connection, found ${name} (RFC 9113, 8.2.2)`;
    else if (name === 'te' && value !== 'trailers')
      problem ??= `expected no te but "trailers", found ${quoted(value)} (RFC 9113, 8.2.2)`;
    else if (name === 'host') {
      if (host !== undefined)
        problem ??= 'expected host once, found it twice (RFC 9110, 5.3)';
      host = value;
    } else if (name === 'content-length') problem ??= readLength(value, facts);
  }
  if (section === 'request') {
    facts.method = pseudo.method ?? '';
    problem ??= requestProblem(pseudo, host, mayConnect);
  } else if (section === 'response') {
    const status = pseudo.status ?? '';
    facts.status = Number(status) || 0;
    problem ??= statusProblem(status) ?? noLengthProblem(facts);
  }
  return problem;
}

function readLength(value: string, facts: Facts): string | undefined {
  const section = '(RFC 9110, 8.6)';
  if (facts.length !== undefined)
    return `expected content-length once, found it twice ${section}`;
  if (!/^[0-9]{1,15}$/.test(value))
    return `expected a content-length of digits, found ${quoted(value)} ${section}`;
  facts.length = Number(value);
  return undefined;
}

/** RFC 9110, 8.6: where no content may be, not even its length. */
function noLengthProblem({ status, length }: Facts): string | undefined {
  const isEmpty = status < 200 || status === 204;
  return isEmpty && length !== undefined
    ? `expected no content-length in a ${status} (RFC 9110, 8.6)`
    : undefined;
}

function statusProblem(status: string): string | undefined {
  if (status === '')
    return 'expected :status in a response, found none (RFC 9113, 8.3.2)';
  if (!/^[1-9][0-9][0-9]$/.test(status))
    return `expected a :status of three digits, found ${quoted(status)} (RFC 9113, 8.3.2)`;
  if (status === '101')
    return 'expected no 101: HTTP/2 changes to nothing else (RFC 9113, 8.6)';
  return undefined;
}

function requestProblem(
  { method, scheme, path, authority, protocol }: Pseudo,
  host: string | undefined,
  mayConnect: boolean,
): string | undefined {
  if (!method)
    return 'expected :method in a request, found none (RFC 9113, 8.3.1)';
  if (!METHOD.test(method))
    return `expected a token as the :method, found ${quoted(method)} (RFC 9110, 9.1)`;
  if (protocol !== undefined && method !== 'CONNECT')
    return `expected :protocol only with CONNECT, found ${quoted(method)} (RFC 8441, 4)`;
  if (protocol !== undefined && !mayConnect)
    return 'expected :protocol only after SETTINGS with ENABLE_CONNECT_PROTOCOL (RFC 8441, 3)';
  if (method === 'CONNECT' && protocol === undefined) {
    // A tunnel has no scheme and no path.
    const section = '(RFC 9113, 8.5)';
    if (scheme !== undefined || path !== undefined)
      return `expected no ${path === undefined ? ':scheme' : ':path'} with CONNECT ${section}`;
    return authority
      ? authorityProblem(authority, host)
      : `expected :authority with CONNECT, found none ${section}`;
  }
  const rule = protocol === undefined ? 'RFC 9113, 8.3.1' : 'RFC 8441, 4';
  if (scheme === undefined || path === undefined)
    return `expected ${scheme === undefined ? ':scheme' : ':path'} in a request, found none (${rule})`;
  if (!SCHEME.test(scheme))
    return `expected a :scheme of letters and digits, found ${quoted(scheme)} (RFC 9113, 8.3.1)`;
  if (!/^https?$/i.test(scheme)) return undefined;
  return pathProblem(path, method) ?? authorityProblem(authority, host);
}

const METHOD = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const SCHEME = /^[a-z][a-z0-9+.-]*$/i;

function pathProblem(path: string, method: string): string | undefined {
  const section = '(RFC 9113, 8.3.1)';
  if (path === '') return `expected a :path, found an empty one ${section}`;
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at);
    if (code <= SPACE || code >= 0x7f || code === 0x23)
      return `expected a :path of visible ASCII characters without "#", found ${namedByte(code)} ${section}`;
  }
  if (path[0] === '/' || (path === '*' && method === 'OPTIONS'))
    return undefined;
  return `expected a :path that begins with "/", found ${quoted(path)} ${section}`;
}

function authorityProblem(
  authority: string | undefined,
  host: string | undefined,
): string | undefined {
  const section = '(RFC 9113, 8.3.1)';
  if (!authority && !host)
    return 'expected :authority or host in a request, found neither (RFC 9110, 7.2)';
  if (authority?.includes('@'))
    return `expected :authority without a user, found one ${section}`;
  if (!HOST.test(authority ?? '') || !HOST.test(host ?? ''))
    return `expected a name or an address in ${HOST.test(authority ?? '') ? 'host' : ':authority'}, found ${quoted(HOST.test(authority ?? '') ? host! : authority!)} ${section}`;
  const isSame = authority?.toLowerCase() === host?.toLowerCase();
  if (authority && host !== undefined && !isSame)
    return `expected host to say what :authority says, found ${quoted(host)} ${section}`;
  return undefined;
}

/**
 * A value that a setting may not have, RFC 9113, 6.5.2; undefined if it may.
 * @param isServer the server sends it
 */
export function settingProblem(
  id: number,
  value: number,
  isServer: boolean,
): string | undefined {
  const found = `found ${number(value)}`;
  const name = settingName(id);
  const section = SETTING_SECTIONS.get(id);
  if (section !== undefined && value > 1)
    return `expected 0 or 1 for ${name}, ${found} (${section})`;
  if (id === SETTING.ENABLE_PUSH && isServer && value === 1)
    return `expected no ENABLE_PUSH of 1 from a server (RFC 9113, 6.5.2)`;
  if (id === SETTING.INITIAL_WINDOW_SIZE && value > MOST_WINDOW)
    return `expected an INITIAL_WINDOW_SIZE of at most ${number(MOST_WINDOW)}, ${found} (RFC 9113, 6.5.2)`;
  if (id === SETTING.MAX_FRAME_SIZE && (value < 16_384 || value > 16_777_215))
    return `expected a MAX_FRAME_SIZE from 16,384 to 16,777,215, ${found} (RFC 9113, 6.5.2)`;
  return undefined;
}

/** The largest window that there may be, in bytes: RFC 9113, 6.9.1. */
export const MOST_WINDOW = 2_147_483_647;

const SETTING_SECTIONS = new Map<number, string>([
  [SETTING.ENABLE_PUSH, 'RFC 9113, 6.5.2'],
  [SETTING.ENABLE_CONNECT_PROTOCOL, 'RFC 8441, 3'],
  [SETTING.NO_RFC7540_PRIORITIES, 'RFC 9218, 2.1'],
]);
