import type { Case } from './case.ts';

const start = 'GET / HTTP/1.1\r\n';
const host = 'Host: a\r\n';
const end = '\r\n';
const post = `POST / HTTP/1.1\r\n${host}`;
const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;
const last = '0\r\n\r\n';

/** With one more field. */
const field = (line: string): string => `${start}${host}${line}\r\n${end}`;
const target = (of: string, method = 'GET'): string =>
  `${method} ${of} HTTP/1.1\r\n${host}${end}`;

function forbidden(
  section: string,
  cases: [title: string, sent: string, says: string][],
): Case[] {
  return cases.map(([title, sent, says]) => ({ title, sent, section, says }));
}

function allowed(cases: [title: string, sent: string][]): Case[] {
  return cases.map(([title, sent]) => ({ title, sent }));
}

function leftOut(
  words: string,
  cases: [title: string, sent: string][],
): Case[] {
  return cases.map(([title, sent]) => ({ title, sent, leftOut: words }));
}

const CONTROL = 'no control character in the start line';

/** What a client sends. */
export const REQUESTS: Case[] = [
  ...allowed([
    ['a request', `${start}${host}${end}`],
    ['an empty Host', `${start}Host:\r\n${end}`],
    ['a Host with an address of IPv6', `${start}Host: [::1]:80\r\n${end}`],
    ['HTTP/1.0 without Host', 'GET / HTTP/1.0\r\n\r\n'],
    ['a tab in a value', field('X: a\tb')],
    ['a value that is not ASCII', field('X: caf\xe9')],
    ['an empty value', field('X:')],
    ['a target with a host', target('http://a/b?c')],
    ['OPTIONS *', target('*', 'OPTIONS')],
    ['blank lines before', `\r\n\r\n${start}${host}${end}`],
    ['a body', `${post}Content-Length: 3\r\n\r\nabc`],
    ['chunks', `${chunked}2\r\nhi\r\n${last}`],
    ['an extension of a chunk', `${chunked}2;a="b c"\r\nhi\r\n${last}`],
    ['a trailer', `${chunked}2\r\nhi\r\n0\r\nDigest: x\r\n\r\n`],
    [
      'gzip below chunked',
      `${post}Transfer-Encoding: gzip, chunked\r\n\r\n${last}`,
    ],
    [
      'a request, and the last one',
      `${field('X: a')}${field('Connection: close')}`,
    ],
    ['an upgrade to nothing', field('Upgrade: h2c\r\nConnection: upgrade')],
  ]),
  ...forbidden('RFC 9112 2.2', [
    ['LF alone everywhere', 'GET / HTTP/1.1\nHost: a\n\n', 'found LF alone'],
    [
      'LF alone after a field',
      `${start}Host: a\nX: b\r\n${end}`,
      'found LF alone',
    ],
    ['LF alone as the blank line', `${start}${host}\n`, 'found LF alone'],
    [
      'CR in a value',
      field('X: a\rb'),
      'expected CR only before LF, found one in X',
    ],
    ['CR before CR LF', `${start}Host: a\r\r\n${end}`, 'found one in Host'],
  ]),
  ...forbidden('RFC 9112 3', [
    ['no version', `GET /\r\n${host}${end}`, 'expected "METHOD target'],
    [
      'a version in small letters',
      `GET / http/1.1\r\n${host}${end}`,
      'expected "METHOD target',
    ],
    [
      'a space after the version',
      `GET / HTTP/1.1 \r\n${host}${end}`,
      'expected "METHOD target',
    ],
    [
      'two spaces',
      `GET  / HTTP/1.1\r\n${host}${end}`,
      'expected "METHOD target',
    ],
    ['HTTP/2.0', `GET / HTTP/2.0\r\n${host}${end}`, 'expected "METHOD target'],
    ['a control character in the target', target('/\x01'), CONTROL],
    ['DEL in the target', target('/\x7f'), CONTROL],
    ['a tab in the target', target('/\ta'), CONTROL],
    [
      'a method that is no word',
      `G(T / HTTP/1.1\r\n${host}${end}`,
      'expected "METHOD target',
    ],
  ]),
  ...forbidden('RFC 9112 3.2', [
    ['no Host', `${start}${end}`, 'expected a Host field'],
    [
      'two Hosts',
      `${start}${host}Host: b\r\n${end}`,
      'expected one Host field, found "a, b"',
    ],
    [
      'a Host with a path',
      `${start}Host: a/b\r\n${end}`,
      'expected a name or an address in Host',
    ],
    [
      'a target that is not ASCII',
      target('/caf\xe9'),
      'visible ASCII characters without "#", found 0xe9',
    ],
    ['a fragment in the target', target('/#a'), 'found 0x23 ("#")'],
    [
      'a target without "/"',
      target('a'),
      'expected a target that begins with "/"',
    ],
    ['GET *', target('*'), 'expected a target that begins with "/"'],
  ]),
  ...forbidden('RFC 9110 5.5', [
    [
      'NUL in a value',
      field('X: a\0b'),
      'no control character in X, found 0x00',
    ],
    ['a control character in a value', field('X: a\x01b'), 'found 0x01'],
    ['DEL in a value', field('X: a\x7fb'), 'found 0x7f'],
    [
      'VT before chunked',
      `${post}Transfer-Encoding:\vchunked\r\n\r\n${last}`,
      'found 0x0b',
    ],
  ]),
  ...forbidden('RFC 9112 5.1', [
    ['a space before the colon', `${start}Host : a\r\n${end}`, 'found "Host "'],
    ['no name', field(': a'), 'expected a field name'],
    [
      'a field that goes on from nothing',
      `${start} Host: a\r\n${host}${end}`,
      'found " Host"',
    ],
  ]),
  ...forbidden('RFC 9112 5', [
    ['no colon', field('foo'), 'found no colon'],
    [
      'CR CR LF as the blank line',
      `${start}${host}\r\r\n\r\n`,
      'found no colon',
    ],
  ]),
  ...forbidden('RFC 9112 5.2', [
    [
      'a field on two lines',
      field('X: a\r\n b'),
      'expected each field on one line',
    ],
  ]),
  ...forbidden('RFC 9112 6.1', [
    [
      'a length and chunks',
      `${post}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n${last}`,
      'found both',
    ],
    [
      'chunked twice',
      `${post}Transfer-Encoding: chunked, chunked\r\n\r\n${last}`,
      'expected chunked once',
    ],
    [
      'chunks in HTTP/1.0',
      `POST / HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n${last}`,
      'in a message of HTTP/1.0',
    ],
  ]),
  ...forbidden('RFC 9112 6.3', [
    [
      'a coding that is not chunked',
      `${post}Transfer-Encoding: gzip\r\n\r\n`,
      'found "gzip"',
    ],
    [
      'an unknown coding',
      `${post}Transfer-Encoding: xchunked\r\n\r\n`,
      'found "xchunked"',
    ],
    [
      'chunked with a parameter',
      `${post}Transfer-Encoding: chunked;q=1\r\n\r\n`,
      'found "chunked;q=1"',
    ],
    [
      'identity',
      `${post}Transfer-Encoding: identity\r\n\r\n`,
      'found "identity"',
    ],
    ['no coding', `${post}Transfer-Encoding:\r\n\r\n`, 'found ""'],
    ['a length that is empty', `${post}Content-Length:\r\n\r\n`, 'found ""'],
    [
      'a length with a sign',
      `${post}Content-Length: +3\r\n\r\nabc`,
      'found "+3"',
    ],
    [
      'a length with a space',
      `${post}Content-Length: 3 4\r\n\r\nabc`,
      'found "3 4"',
    ],
    [
      'a length that is too long',
      `${post}Content-Length: ${'9'.repeat(23)}\r\n\r\nabc`,
      'expected a Content-Length of digits',
    ],
    [
      'two lengths that differ',
      `${post}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
      'found "3, 4"',
    ],
  ]),
  ...forbidden('RFC 9110 5.6.1', [
    [
      'a list that ends with a comma',
      `${post}Transfer-Encoding: chunked,\r\n\r\n${last}`,
      'no empty member',
    ],
  ]),
  ...forbidden('RFC 9110 8.6', [
    [
      'the same length twice',
      `${post}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`,
      'expected one Content-Length',
    ],
    [
      'a list of lengths',
      `${post}Content-Length: 3, 3\r\n\r\nabc`,
      'expected one Content-Length',
    ],
  ]),
  ...forbidden('RFC 9112 7.1', [
    [
      'LF alone after the size',
      `${chunked}2\nhi\r\n${last}`,
      "after a chunk's size, found LF alone",
    ],
    [
      'LF alone after the data',
      `${chunked}2\r\nhi\n${last}`,
      'after 2 bytes of a chunk, found 0x0a (LF)',
    ],
    [
      'LF alone after the last size',
      `${chunked}0\n\r\n`,
      "after a chunk's size, found LF alone",
    ],
    [
      'CR alone after the size',
      `${chunked}2\r\rhi\r\n${last}`,
      "expected a chunk's size in hex",
    ],
    [
      'a size with 0x',
      `${chunked}0x2\r\nhi\r\n${last}`,
      "expected a chunk's size in hex",
    ],
    [
      'a size that is too large',
      `${chunked}${'f'.repeat(17)}\r\nhi\r\n${last}`,
      "expected a chunk's size in hex",
    ],
    [
      'a chunk that is longer than its size',
      `${chunked}2\r\nhi!\r\n${last}`,
      'found 0x21',
    ],
  ]),
  ...forbidden('RFC 9112 7.1.1', [
    [
      'a space after the size',
      `${chunked}2 \r\nhi\r\n${last}`,
      'expected no space',
    ],
    [
      'spaces in an extension',
      `${chunked}2 ; a = b\r\nhi\r\n${last}`,
      'expected no space',
    ],
    [
      'a control character in an extension',
      `${chunked}2;a\x01\r\nhi\r\n${last}`,
      'found 0x01',
    ],
    [
      'CR in an extension',
      `${chunked}2;a\rb\r\nhi\r\n${last}`,
      'found 0x0d (CR)',
    ],
  ]),
  ...forbidden('RFC 9112 2.2', [
    ['LF alone after a trailer', `${chunked}0\r\nA: b\n\r\n`, 'found LF alone'],
    ['LF alone after the trailers', `${chunked}0\r\n\n`, 'found LF alone'],
  ]),
  ...forbidden('RFC 9112 5.1', [
    [
      'a trailer with a space in its name',
      `${chunked}0\r\na b: c\r\n\r\n`,
      'expected a field name',
    ],
  ]),
  ...forbidden('RFC 9112 5.2', [
    [
      'a trailer on two lines',
      `${chunked}0\r\na: b\r\n c\r\n\r\n`,
      'expected each field on one line',
    ],
  ]),
  ...forbidden('RFC 9110 5.5', [
    ['NUL in a trailer', `${chunked}0\r\na: b\0\r\n\r\n`, 'found 0x00'],
  ]),
  ...forbidden('RFC 9110 6.5.1', [
    [
      'a length in the trailers',
      `${chunked}0\r\nContent-Length: 3\r\n\r\n`,
      'expected no Content-Length after the body',
    ],
  ]),
  ...forbidden('RFC 9112 9.6', [
    [
      'a request after the last one',
      `${field('Connection: close')}${field('X: a')}`,
      'expected no other request',
    ],
  ]),
  ...forbidden('RFC 9110 9.1', [
    [
      'a method in small letters',
      target('/', 'get'),
      'expected GET in capital letters, found "get"',
    ],
    [
      'a method in mixed letters',
      target('/', 'Post'),
      'expected POST in capital letters, found "Post"',
    ],
  ]),
  ...forbidden('RFC 9112 3', [
    ['tabs in the start line', 'GET\t/\tHTTP/1.1\r\n', 'expected "METHOD'],
    ['a space before the method', target('/', ' GET'), 'expected "METHOD'],
  ]),
  ...forbidden('RFC 9112 3.2', [
    [
      'two Hosts in HTTP/1.0',
      `GET / HTTP/1.0\r\n${host}${host}${end}`,
      'expected one Host field, found "a, a"',
    ],
    [
      'a Host with a user',
      `${start}Host: me@a\r\n${end}`,
      'expected a name or an address in Host',
    ],
  ]),
  ...forbidden('RFC 9110 4.2.1', [
    ['a scheme without a host', target('http:'), 'expected a host after'],
    ['a scheme with an empty host', target('http:///'), 'expected a host'],
  ]),
  ...forbidden('RFC 9110 4.2.4', [
    ['a target with a user', target('http://me@a/'), 'without a user'],
  ]),
  ...forbidden('RFC 9110 7.8', [
    [
      'Upgrade without Connection',
      field('Upgrade: websocket'),
      'expected "Connection: Upgrade" with an Upgrade field',
    ],
  ]),
  ...forbidden('RFC 9112 9.3', [
    [
      'a second request of HTTP/1.0',
      'GET / HTTP/1.0\r\n\r\nGET / HTTP/1.0\r\n\r\n',
      'expected no other request after one of HTTP/1.0',
    ],
  ]),
  ...forbidden('RFC 9112 7.1.1', [
    ['an extension of no name', `${chunked}2;\r\nhi\r\n${last}`, 'found ";"'],
    [
      'an extension whose quote is open',
      `${chunked}2;a="b\r\nhi\r\n${last}`,
      'expected ";name" or ";name=value"',
    ],
    [
      'an extension that goes on after its quote',
      `${chunked}2;a="b"c\r\nhi\r\n${last}`,
      'expected ";name" or ";name=value"',
    ],
    [
      'an extension that is not ASCII',
      `${chunked}2;a=\xff\r\nhi\r\n${last}`,
      'expected ";name" or ";name=value"',
    ],
  ]),
  ...allowed([
    ['a size with many zeros', `${chunked}0000000000000002\r\nhi\r\n${last}`],
    [
      'a length with many zeros',
      `${post}Content-Length: 0000000000000003\r\n\r\nabc`,
    ],
    [
      'HTTP/1.0 that goes on',
      'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n',
    ],
    ['extensions', `${chunked}2;a;b=c;d="\\"e\xe9"\r\nhi\r\n${last}`],
  ]),
  ...leftOut('a target with another scheme than http and https', [
    ['a target with another scheme', target('mailto:a')],
  ]),
  ...leftOut('a minor version above 1', [
    ['HTTP/1.2', `GET / HTTP/1.2\r\n${host}${end}`],
  ]),
  ...leftOut('a method that the other side does not know', [
    ['a method of its own', target('/', 'FOO')],
  ]),
  ...leftOut('an `Expect` that is not met', [
    ['an expectation', field('Expect: x')],
  ]),
];

const ok = 'HTTP/1.1 200 OK\r\n';
const body = 'Content-Length: 2\r\n\r\nhi';
const whole = `${ok}${body}`;
const chunks = `${ok}Transfer-Encoding: chunked\r\n\r\n`;

/** What a server sends. */
export const RESPONSES: Case[] = [
  ...allowed([
    ['a response', whole],
    ['no reason, but its space', `HTTP/1.1 200 \r\n${body}`],
    ['chunks', `${chunks}2\r\nhi\r\n${last}`],
    ['a trailer', `${chunks}2\r\nhi\r\n0\r\nDigest: x\r\n\r\n`],
    ['up to the end', `${ok}\r\nhi`],
    ['a 204', 'HTTP/1.1 204 No Content\r\n\r\n'],
    [
      'a 304 with a length',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n',
    ],
    ['a 100 before', `HTTP/1.1 100 Continue\r\n\r\n${whole}`],
    ['a 103 before', `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${whole}`],
    ['gzip up to the end', `${ok}Transfer-Encoding: gzip\r\n\r\nabc`],
    ['two Set-Cookies', `${ok}Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n${body}`],
    ['a reason that is not ASCII', `HTTP/1.1 200 caf\xe9\r\n${body}`],
  ]),
  {
    title: 'the response to HEAD',
    method: 'HEAD',
    sent: `${ok}Content-Length: 2\r\n\r\n`,
  },
  {
    title: 'a body after the response to HEAD',
    method: 'HEAD',
    sent: whole,
    section: 'RFC 9110 9.3.2',
    says: 'expected no body after the response to HEAD, found 0x68 ("h")',
  },
  ...forbidden('RFC 9110 15.3.5', [
    [
      'a body after 204',
      'HTTP/1.1 204 \r\n\r\nhi',
      'expected no body after 204, found 0x68',
    ],
  ]),
  ...forbidden('RFC 9110 15.4.5', [
    [
      'a body after 304',
      `HTTP/1.1 304 \r\n${body}`,
      'expected no body after 304',
    ],
  ]),
  ...forbidden('RFC 9110 15.2', [
    [
      'a body after 100',
      `HTTP/1.1 100 \r\n\r\nhi${whole}`,
      'expected no body after 100',
    ],
  ]),
  ...forbidden('RFC 9110 15.3.6', [
    [
      'a body after 205',
      `HTTP/1.1 205 \r\n${body}`,
      'expected no body in a 205',
    ],
  ]),
  ...forbidden('RFC 9112 6.3', [
    [
      'more than the length',
      `${whole}more`,
      'expected no body with no request, found 0x6d',
    ],
    [
      'an unknown coding',
      `${ok}Transfer-Encoding: foo\r\n\r\nabc`,
      'found "foo": the body lasts until the connection ends',
    ],
    [
      'chunked with a semicolon',
      `${ok}Transfer-Encoding: chunked;\r\n\r\nabc`,
      'found "chunked;"',
    ],
    ['a length that is none', `${ok}Content-Length: x\r\n\r\nhi`, 'found "x"'],
    ['a length that is empty', `${ok}Content-Length:\r\n\r\nhi`, 'found ""'],
    [
      'lengths that differ',
      `${ok}Content-Length: 3\r\n${body}`,
      'found "3, 2"',
    ],
  ]),
  ...forbidden('RFC 9110 8.6', [
    [
      'a length in 204',
      'HTTP/1.1 204 \r\nContent-Length: 0\r\n\r\n',
      'expected no Content-Length in a 204',
    ],
    [
      'a length in 100',
      `HTTP/1.1 100 \r\nContent-Length: 2\r\n\r\n${whole}`,
      'expected no Content-Length in a 100',
    ],
    [
      'the same length twice',
      `${ok}Content-Length: 2\r\n${body}`,
      'expected one Content-Length',
    ],
  ]),
  ...forbidden('RFC 9112 6.1', [
    [
      'chunks in 204',
      `HTTP/1.1 204 \r\nTransfer-Encoding: chunked\r\n\r\n${last}`,
      'expected no Transfer-Encoding in a 204',
    ],
    [
      'a length and chunks',
      `${ok}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n${last}`,
      'found both',
    ],
    [
      'chunks in HTTP/1.0',
      `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${last}`,
      'in a message of HTTP/1.0',
    ],
  ]),
  ...forbidden('RFC 9112 2.2', [
    [
      'LF alone everywhere',
      `HTTP/1.1 200 OK\nContent-Length: 2\n\nhi`,
      'found LF alone',
    ],
    ['CR in a value', `${ok}X: a\rb\r\n${body}`, 'found one in X'],
    [
      'CR in the reason',
      `HTTP/1.1 200 O\rK\r\n${body}`,
      'found one in the start line',
    ],
  ]),
  ...forbidden('RFC 9110 5.5', [
    ['NUL in a value', `${ok}X: a\0b\r\n${body}`, 'found 0x00'],
    [
      'a control character in a value',
      `${ok}X: a\x01b\r\n${body}`,
      'found 0x01',
    ],
    [
      'VT before chunked',
      `${ok}Transfer-Encoding:\vchunked\r\n\r\n2\r\nhi\r\n${last}`,
      'found 0x0b',
    ],
  ]),
  ...forbidden('RFC 9112 4', [
    [
      'a status of two digits',
      `HTTP/1.1 99 OK\r\n${body}`,
      'expected "HTTP/1.1 status reason"',
    ],
    [
      'a status of four digits',
      `HTTP/1.1 1000 OK\r\n${body}`,
      'expected "HTTP/1.1 status reason"',
    ],
    [
      'HTTP/2.0',
      `HTTP/2.0 200 OK\r\n${body}`,
      'expected "HTTP/1.1 status reason"',
    ],
    ['a space before', ` ${whole}`, 'expected "HTTP/1.1 status reason"'],
    ['something else', 'hello\r\n', 'expected "HTTP/1.1 status reason"'],
    [
      'no space after the status',
      `HTTP/1.1 200\r\n${body}`,
      'expected a space after the status',
    ],
    [
      'a control character in the reason',
      `HTTP/1.1 200 O\x01K\r\n${body}`,
      'no control character in the start line',
    ],
  ]),
  ...forbidden('RFC 9112 5', [
    ['no colon', `${ok}foo\r\n${body}`, 'found no colon'],
  ]),
  ...forbidden('RFC 9112 5.1', [
    ['a space before the colon', `${ok}X : a\r\n${body}`, 'found "X "'],
  ]),
  ...forbidden('RFC 9112 5.2', [
    [
      'a field on two lines',
      `${ok}X: a\r\n b\r\n${body}`,
      'expected each field on one line',
    ],
  ]),
  ...forbidden('RFC 9112 7.1', [
    ['chunk lines with LF alone', `${chunks}2\nhi\n0\n\n`, 'found LF alone'],
    [
      'a chunk that is longer than its size',
      `${chunks}2\r\nhi!\r\n${last}`,
      'found 0x21',
    ],
  ]),
  ...forbidden('RFC 9110 6.5.1', [
    [
      'a length in the trailers',
      `${chunks}0\r\nContent-Length: 9\r\n\r\n`,
      'after the body',
    ],
  ]),
  ...forbidden('RFC 9112 8', [
    [
      'less than the length',
      `${ok}Content-Length: 5\r\n\r\nhi`,
      'the connection ended after 2',
    ],
    [
      'no last chunk',
      `${chunks}2\r\nhi\r\n`,
      'the connection ended before the last chunk',
    ],
    [
      'a header section without an end',
      `${ok}X: a\r\n`,
      'the connection ended',
    ],
  ]),
  ...forbidden('RFC 9110 7.8', [
    [
      'a 101 without Upgrade',
      'HTTP/1.1 101 \r\n\r\n',
      'expected an Upgrade field in a 101',
    ],
    [
      'a 101 that nobody asked for',
      'HTTP/1.1 101 \r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n',
      'what the client has offered in Upgrade, found "websocket"',
    ],
  ]),
  ...allowed([['a tab in the reason', `HTTP/1.1 200 O\tK\r\n${body}`]]),
  ...forbidden('RFC 9112 6.3', [
    [
      'two responses to one request',
      `HTTP/1.1 200 OK\r\n${body}HTTP/1.1 200 OK\r\n${body}`,
      'expected no other response, as no request waits for one',
    ],
  ]),
  ...leftOut('whether a body can be decompressed', [
    [
      'a body that is not compressed as it says',
      'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\nhi',
    ],
  ]),
  ...leftOut('a minor version above 1', [
    ['HTTP/1.2', `HTTP/1.2 200 OK\r\n${body}`],
  ]),
  ...leftOut('several fields where one is meant', [
    [
      'two Locations',
      'HTTP/1.1 302 \r\nLocation: /a\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n',
    ],
  ]),
];
