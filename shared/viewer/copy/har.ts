/**
 * A run, or one exchange of it, as HAR 1.2 (W3C Web Performance group, "HTTP
 * Archive format", 2012), which the network panels of browsers open. What that
 * does not know begins with `_`, as it asks for, and is named as Chrome names
 * it: `_webSocketMessages`, `_resourceType`.
 */
import type {
  Content,
  Cookie,
  Entry,
  Har,
  Header,
  PostData,
  QueryString,
} from 'har-format';
import { timesOf } from '../exchanges.ts';
import type { RunReader } from '../source.ts';
import {
  valueOf,
  type CopiedExchange,
  type CopiedMessage,
  type CopiedResponse,
  type CopiedWebSocketMessage,
  type HeaderField,
} from './exchange.ts';
import { readText } from './text.ts';

/** What is written beyond HAR 1.2. */
interface OwnEntry extends Entry {
  _trailers?: Header[];
}

/**
 * Writes the exchanges.
 *
 * @param reader whose exchanges they are: see `exchangesOf`
 * @param version of the course, if it is known
 */
export function writeHar(
  reader: RunReader,
  exchanges: Iterable<CopiedExchange>,
  version = '',
): string {
  const entries = Array.from(exchanges, (each) => entryOf(reader, each));
  const har: Har = {
    log: {
      version: '1.2',
      creator: { name: 'On the Wire', version },
      entries,
    },
  };
  return `${JSON.stringify(har, null, 2)}\n`;
}

function entryOf(reader: RunReader, exchange: CopiedExchange): OwnEntry {
  const { request, response, version, messages } = exchange;
  const { connection, start, sent, firstByte, end, state } = exchange.exchange;
  const { waiting } = timesOf(exchange.exchange);
  const headers = headersOf(request);
  const { trailers = [] } = response ?? {};
  const isWebSocket = messages.length > 0 || asksWebSocket(request);
  return {
    startedDateTime: new Date(reader.began + start).toISOString(),
    time: end - start,
    request: {
      method: request.method,
      url: urlOf(exchange, isWebSocket),
      httpVersion: version,
      cookies: cookiesOf(request.headers),
      headers,
      queryString: queryOf(request.target),
      ...(request.plain.bytes.length > 0 && { postData: postDataOf(request) }),
      headersSize: request.headersSize,
      bodySize: request.body?.length ?? -1,
    },
    response: responseOf(exchange),
    cache: {},
    // Of a connection nothing is known here but that it was there.
    timings: {
      blocked: -1,
      dns: -1,
      connect: -1,
      ssl: -1,
      send: sent - start,
      wait: waiting ?? -1,
      receive: firstByte === undefined ? -1 : end - Math.max(firstByte, sent),
    },
    connection: String(connection),
    ...(state !== 'complete' && {
      comment: exchange.isOpen ? 'still open' : 'cut before its end',
    }),
    ...(trailers.length > 0 && { _trailers: trailers.map(harHeader) }),
    ...(isWebSocket && {
      _resourceType: 'websocket',
      _webSocketMessages: messages.map((each) => messageOf(reader, each)),
    }),
  };
}

/** RFC 6455, 4.1, and RFC 8441, 5. */
function asksWebSocket({ headers }: CopiedMessage): boolean {
  const asked = valueOf(headers, 'upgrade') || valueOf(headers, ':protocol');
  return asked.toLowerCase() === 'websocket';
}

/** Without what HTTP/2 says in fields of its own: those are elsewhere. */
function headersOf({ headers }: CopiedMessage): Header[] {
  return headers.filter(([name]) => !name.startsWith(':')).map(harHeader);
}

function harHeader([name, value]: HeaderField): Header {
  return { name, value };
}

function urlOf(exchange: CopiedExchange, isWebSocket: boolean): string {
  const { isSecure, host, request } = exchange;
  const { target, method } = request;
  if (/^https?:\/\//i.test(target)) return target;
  const scheme = `${isWebSocket ? 'ws' : 'http'}${isSecure ? 's' : ''}`;
  if (method === 'CONNECT' && !isWebSocket) return `${scheme}://${target}`;
  return `${scheme}://${host}${target.startsWith('/') ? '' : '/'}${target}`;
}

/** The pairs as they were sent: percent-encoding stays. */
function queryOf(target: string): QueryString[] {
  const from = target.indexOf('?');
  if (from < 0) return [];
  const pairs = target
    .slice(from + 1)
    .split('&')
    .filter(Boolean);
  return pairs.map((pair) => {
    const [name, value] = splitAt(pair, '=');
    return { name, value };
  });
}

function splitAt(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

/** Of a request, RFC 6265, 5.4. */
function cookiesOf(headers: readonly HeaderField[]): Cookie[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'cookie')
    .flatMap(([, value]) => value.split(';'))
    .map((pair) => pair.trim())
    .filter(Boolean)
    .map((pair) => {
      const [name, value] = splitAt(pair, '=');
      return { name, value };
    });
}

/** Of a response: name, value and the two flags; RFC 6265, 4.1. */
function setCookiesOf(headers: readonly HeaderField[]): Cookie[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'set-cookie')
    .map(([, value]) => {
      const [pair = '', ...attributes] = value
        .split(';')
        .map((part) => part.trim());
      const [name, content] = splitAt(pair, '=');
      const has = (flag: string): boolean =>
        attributes.some((each) => each.toLowerCase() === flag);
      return {
        name,
        value: content,
        httpOnly: has('httponly'),
        secure: has('secure'),
      };
    });
}

function postDataOf({ headers, plain }: CopiedMessage): PostData {
  const { bytes, problem } = plain;
  const text = readText(bytes);
  const notes = [
    ...(problem === undefined ? [] : [problem]),
    ...(text === undefined ? ['not text: one character for each byte'] : []),
  ];
  return {
    mimeType: valueOf(headers, 'content-type'),
    text: text ?? latin1(bytes),
    ...(notes.length > 0 && { comment: notes.join('; ') }),
  };
}

function latin1(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; at += 8_192)
    pieces.push(String.fromCharCode(...bytes.subarray(at, at + 8_192)));
  return pieces.join('');
}

function responseOf({ response, version }: CopiedExchange): Entry['response'] {
  if (!response)
    return {
      status: 0,
      statusText: '',
      httpVersion: version,
      cookies: [],
      headers: [],
      content: { size: 0, mimeType: 'x-unknown' },
      redirectURL: '',
      headersSize: -1,
      bodySize: -1,
    };
  const { headers, headersSize, body } = response;
  return {
    status: response.status,
    statusText: response.reason,
    httpVersion: version,
    cookies: setCookiesOf(headers),
    headers: headersOf(response),
    content: contentOf(response),
    redirectURL: valueOf(headers, 'location'),
    headersSize,
    bodySize: body?.length ?? -1,
  };
}

function contentOf({ headers, body, plain }: CopiedResponse): Content {
  const { bytes, problem } = plain;
  const text = readText(bytes);
  return {
    size: bytes.length,
    mimeType: valueOf(headers, 'content-type') || 'x-unknown',
    ...(body && { compression: bytes.length - body.length }),
    ...(text === undefined
      ? { text: btoa(latin1(bytes)), encoding: 'base64' }
      : { text }),
    ...(problem !== undefined && { comment: problem }),
  };
}

function messageOf(
  reader: RunReader,
  { isUp, time, opcode, bytes }: CopiedWebSocketMessage,
) {
  const text = opcode === 1 ? readText(bytes) : undefined;
  return {
    type: isUp ? ('send' as const) : ('receive' as const),
    // In seconds since 1970.
    time: (reader.began + time) / 1_000,
    opcode,
    data: text ?? btoa(latin1(bytes)),
  };
}
