/**
 * What HTTP/1.1 forbids in a header section that could be read: RFC 9112, 3 in
 * requests, RFC 9110 and 9112 6 in responses. Left out: see left-out.md.
 */
import {
  findHeader,
  listOf,
  type Framing,
  type StartAndHeaders,
} from './header-section.ts';
import { isSuccess, type PendingExchange } from './rules.ts';
import { namedByte, quoted } from '../text.ts';
import { handshakeProblem, upgradeProblem } from '../websocket/handshake.ts';

/**
 * The first thing that a request may not say; undefined if all is allowed.
 * @param switches it asks to speak something else from then on
 */
export function requestProblem(
  { start, lines }: StartAndHeaders,
  switches: boolean,
): string | undefined {
  const [method, target, version] = start;
  const problem = methodProblem(method) ?? targetProblem(method, target);
  if (problem) return problem;
  const host = findHeader(lines, 'host');
  if (host === undefined) {
    if (version !== 'HTTP/1.0')
      return 'expected a Host field in a request of HTTP/1.1, found none (RFC 9112, 3.2)';
  } else {
    // Of two fields the values are joined with a comma.
    if (!HOST.test(host))
      return host.includes(',')
        ? `expected one Host field, found ${quoted(host)} (RFC 9112, 3.2)`
        : `expected a name or an address in Host, found ${quoted(host)} (RFC 9112, 3.2)`;
  }
  if (!switches && findHeader(lines, 'upgrade') !== undefined)
    return 'expected "Connection: Upgrade" with an Upgrade field, found none (RFC 9110, 7.8)';
  return switches && method !== 'CONNECT'
    ? upgradeProblem(start, lines)
    : undefined;
}

/** The methods of RFC 9110, 9.3 and RFC 5789. */
export const KNOWN_METHODS = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
];

function methodProblem(method: string): string | undefined {
  const code = method.charCodeAt(method.length - 1);
  const isSmall = code >= 97 && code <= 122;
  const known = isSmall ? method.toUpperCase() : '';
  return KNOWN_METHODS.includes(known)
    ? `expected ${known} in capital letters, found ${quoted(method)} (RFC 9110, 9.1)`
    : undefined;
}

/** The characters of a host and a port (RFC 3986, 3.2.2), the comma excepted. */
export const HOST = /^[\w.~!$&'()*+;=%:[\]-]*$/;
const SLASH = 47;

function targetProblem(method: string, target: string): string | undefined {
  for (let at = 0; at < target.length; at++) {
    const code = target.charCodeAt(at);
    if (code > 0x20 && code < 0x7f && code !== 0x23) continue;
    return `expected a target of visible ASCII characters without "#", found ${namedByte(code)} (RFC 9112, 3.2)`;
  }
  if (target.charCodeAt(0) === SLASH || method === 'CONNECT') return undefined;
  if (target === '*' && method === 'OPTIONS') return undefined;
  if (/^https?:/i.test(target)) return addressProblem(target);
  if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return undefined;
  return `expected a target that begins with "/" or with a scheme, found ${quoted(target)} (RFC 9112, 3.2)`;
}

/** A target with a scheme of HTTP. */
function addressProblem(target: string): string | undefined {
  const host = /^[a-z]+:\/\/([^/?]+)/i.exec(target)?.[1];
  const section = /^https/i.test(target) ? '4.2.2' : '4.2.1';
  if (host === undefined)
    return `expected a host after the scheme, found ${quoted(target)} (RFC 9110, ${section})`;
  return host.includes('@')
    ? `expected a target without a user, found ${quoted(target)} (RFC 9110, 4.2.4)`
    : undefined;
}

/**
 * Whether a response may say all that it says, whatever the request was, HEAD
 * and CONNECT excepted.
 */
export function isUsualResponse(headers: StartAndHeaders): boolean {
  const status = Number(headers.start[1]);
  const isSpecial =
    status < 200 || status === 204 || status === 205 || status === 304;
  return !isSpecial && !lacksSpace(headers);
}

function lacksSpace({ start, startAt, startEnd }: StartAndHeaders): boolean {
  return startEnd - startAt === start[0].length + 1 + start[1].length;
}

/**
 * The first thing that a response may not say, knowing the request; undefined
 * if all is allowed.
 * @param framing the one that its fields ask for
 * @param exchange the request; undefined if none is known
 */
export function responseProblem(
  headers: StartAndHeaders,
  status: number,
  framing: Framing,
  exchange: PendingExchange | undefined,
): string | undefined {
  const { lines } = headers;
  if (lacksSpace(headers))
    return 'expected a space after the status code, found the end of the line (RFC 9112, 4)';
  if (status === 101) return switchProblem(lines, exchange);
  if (status === 205 && framing.by === 'length' && framing.length > 0)
    return 'expected no body in a 205 (RFC 9110, 15.3.6)';
  const isTunnel = exchange?.method === 'CONNECT' && isSuccess(status);
  if (!(status < 200 || status === 204 || isTunnel)) return undefined;
  const what = isTunnel ? `a ${status} to CONNECT` : `a ${status}`;
  if (findHeader(lines, 'content-length') !== undefined)
    return `expected no Content-Length in ${what} (RFC 9110, 8.6)`;
  if (findHeader(lines, 'transfer-encoding') !== undefined)
    return `expected no Transfer-Encoding in ${what} (RFC 9112, 6.1)`;
  return undefined;
}

/** RFC 9110, 7.8: a server may switch only to what the client has offered. */
function switchProblem(
  lines: StartAndHeaders['lines'],
  exchange: PendingExchange | undefined,
): string | undefined {
  const section = '(RFC 9110, 7.8)';
  const chosen = listOf(findHeader(lines, 'upgrade') ?? '');
  if (chosen.length === 0)
    return `expected an Upgrade field in a 101, found none ${section}`;
  const offered = exchange?.protocols ?? [];
  const foreign = chosen.find((protocol) => !offered.includes(protocol));
  if (foreign !== undefined)
    return `expected a change to what the client has offered in Upgrade, found ${quoted(foreign)} ${section}`;
  const connection = listOf(findHeader(lines, 'connection') ?? '');
  if (!connection.includes('upgrade'))
    return `expected "Connection: Upgrade" in a 101 ${section}`;
  if (!chosen.includes('websocket')) return undefined;
  return chosen.length > 1
    ? `expected a change to websocket alone, found ${quoted(chosen.join(', '))} (RFC 6455, 4.1)`
    : handshakeProblem(exchange!.offer, lines);
}

/**
 * Why nothing but the next response may follow a response; undefined where a
 * body may: RFC 9112, 6.3.
 * @param method of the request; undefined if it is not known
 */
export function noBodyReason(
  status: number,
  method: string | undefined,
): { what: string; section: string } | undefined {
  if (status < 200)
    return { what: `no body after ${status}`, section: 'RFC 9110, 15.2' };
  if (status === 204)
    return { what: 'no body after 204', section: 'RFC 9110, 15.3.5' };
  if (status === 304)
    return { what: 'no body after 304', section: 'RFC 9110, 15.4.5' };
  if (method === 'HEAD')
    return {
      what: 'no body after the response to HEAD',
      section: 'RFC 9110, 9.3.2',
    };
  return undefined;
}
