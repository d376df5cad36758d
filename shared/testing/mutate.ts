/** Requests of HTTP/1.1 that are nearly right: harmless to a sound server. */
import type { Draw } from './draw.ts';

const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
].concat([
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'M-SEARCH',
  'QUERY',
  'PRI',
  'get',
  'X',
]);
const targets = [
  '*',
  '/',
  '//',
  '//[',
  '/\\[',
  '/[',
  '/%',
  '/%ff',
  '/%00',
  '/..%2f..%2f',
  '/%5c..%5c',
  '/./../x',
  '?',
  '#',
  '/?a[b]=1&a=2&__proto__=3&after=%',
  '/?after=x-9999999999999999999999',
  'http://',
  'http://[',
  'http://board.example/',
  'https://board.example:99999/',
  'board.example:443',
  'ws://x',
  'x',
  ':',
  `/${'a'.repeat(20_000)}`,
];
const versions = ['HTTP/1.0', 'HTTP/1.1', 'HTTP/2.0', 'HTTP/0.9', 'HTTP/9', ''];
const fields = [
  'Host: evil.example',
  'Host:',
  'Host: [',
  'Connection: close',
  'Connection: keep-alive, Upgrade',
  'Connection: Host, Cookie, Content-Length',
  'Upgrade: h2c',
  'Upgrade: websocket',
  'Upgrade: WebSocket, h2c',
  'Upgrade:',
  'HTTP2-Settings: AAMAAABkAAQAAP__',
  'Sec-WebSocket-Key: x',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: ,board.v1,',
  'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99',
  'Content-Length: 5',
  'Content-Length: 99999',
  'Content-Length: -1',
  'Content-Length: 99999999999999999999',
  'Content-Type: application/json',
  'Content-Type: application/json; charset=klingon',
  'Content-Type: text/plain',
  'Content-Type: ;;;',
  'Content-Encoding: gzip',
  'Content-Encoding: zst',
  'Transfer-Encoding: chunked',
  'Transfer-Encoding: gzip, chunked',
  'Transfer-Encoding: x',
  'Expect: 100-continue',
  'Expect: x',
  'Origin: null',
  'Origin: [',
  'Origin: http://evil.example',
  'Sec-Fetch-Site: cross-site',
  'Cookie: staff=; staff',
  'Last-Event-ID: %00-1',
  'If-None-Match: W/"", *',
  'Accept-Encoding: gzip;q=x, ;;',
  'Range: bytes=9-1',
  'Idempotency-Key: x',
  'Time-Left: -1',
  'Forwarded: for="',
  'X-Forwarded-For: [',
  'Trailer: x',
  'TE: trailers',
  'A: \xff\xfe',
  ' folded',
  'no colon',
  `Long: ${'a'.repeat(20_000)}`,
];
const bodies = [
  '',
  '{',
  '{}',
  'null',
  '[]',
  '5',
  '"x"',
  '{"rate":{}}',
  '{"train":[],"minutes":-1}',
  '{"__proto__":{"rate":"rush"}}',
  '\xff\xfe\x00',
  `"${'a'.repeat(200_000)}"`,
];

/**
 * Changes a request in one to three places.
 *
 * @param requests whole ones, each character a byte; one of them is changed
 */
export function mutate(requests: readonly string[], draw: Draw): string {
  let text = draw.one(requests);
  for (let left = 1 + draw.below(3); left > 0; left -= 1)
    text = draw.one(changes)(text, draw);
  // Half of it, or another behind it.
  const what = draw.below(5);
  if (what === 0) return text.slice(0, draw.below(text.length));
  return what === 1 ? text + draw.one(requests) : text;
}

type Change = (text: string, draw: Draw) => string;

const changes: Change[] = [
  (text, draw) => withStart(text, 0, draw.one(methods)),
  (text, draw) => withStart(text, 1, draw.one(targets)),
  (text, draw) => withStart(text, 2, draw.one(versions)),
  // Two at once, so that a field can come twice.
  (text, draw) =>
    withField(withField(text, draw.one(fields)), draw.one(fields)),
  (text, draw) => withField(text, draw.one(fields)),
  (text, draw) => withoutField(text, draw),
  (text, draw) => withBody(text, draw.one(bodies), draw),
  (text, draw) => {
    const at = draw.below(text.length);
    const byte = String.fromCharCode(draw.below(256));
    const skipped = draw.below(3);
    return text.slice(0, at) + byte + text.slice(at + skipped);
  },
  (text, draw) => {
    const from = draw.below(text.length);
    const piece = text.slice(from, from + draw.below(60));
    const at = draw.below(text.length);
    return text.slice(0, at) + piece + text.slice(at);
  },
  (text) => text.replaceAll('\r\n', '\n'),
];

function withStart(text: string, at: number, word: string): string {
  const [line = '', ...rest] = text.split('\r\n');
  const words = line.split(' ');
  words[at] = word;
  return [words.join(' '), ...rest].join('\r\n');
}

function withField(text: string, field: string): string {
  const end = text.indexOf('\r\n') + 2;
  return end < 2 ? text : `${text.slice(0, end)}${field}\r\n${text.slice(end)}`;
}

function withoutField(text: string, draw: Draw): string {
  const [headers = '', ...body] = text.split('\r\n\r\n');
  const lines = headers.split('\r\n');
  lines.splice(1 + draw.below(lines.length), 1);
  return [lines.join('\r\n'), ...body].join('\r\n\r\n');
}

/** Whole with its length, in chunks, with a wrong length, or without any. */
function withBody(text: string, body: string, draw: Draw): string {
  const headers = (text.split('\r\n\r\n')[0] ?? '')
    .split('\r\n')
    .filter((line) => !/^(?:content-length|transfer-encoding):/i.test(line));
  const size = body.length;
  const chunk = `${size.toString(16)}\r\n${body}\r\n`;
  const [field, bytes] = draw.one([
    [`Content-Length: ${size}`, body],
    [`Content-Length: ${size + 1}`, body],
    [`Content-Length: ${size >> 1}`, body],
    ['Transfer-Encoding: chunked', `${chunk}0\r\n\r\n`],
    ['Transfer-Encoding: chunked', chunk],
    ['Transfer-Encoding: chunked', `x${chunk}`],
    [undefined, body],
  ] as const);
  const lines = field === undefined ? headers : [...headers, field];
  return `${lines.join('\r\n')}\r\n\r\n${bytes}`;
}
