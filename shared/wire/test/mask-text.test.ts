/** What becomes asterisks in text, and what stays. */
import { describe, expect, test } from '@jest/globals';
import { maskText, type Reading } from '../masking/text.ts';
import { maskStartAndHeaders } from '../masking/header-section.ts';
import { text } from './cuts.ts';

function masked(value: string, reading?: Reading): string {
  const bytes = text(value);
  maskText(bytes, reading);
  return new TextDecoder().decode(bytes);
}

function maskedHead(value: string): string {
  const bytes = text(value);
  maskStartAndHeaders(bytes);
  return new TextDecoder().decode(bytes);
}

describe('In text,', () => {
  test.each([
    ['a member', '{"password":"abc","n":1}', '{"password":"***","n":1}'],
    ['in any writing', '{"userPassWord": "a"}', '{"userPassWord": "*"}'],
    ['an escaped name', '{"pass\\u0077ord":"a"}', '{"pass\\u0077ord":"*"}'],
    ['an escaped value', '{"token":"a\\"b\\\\"}', '{"token":"******"}'],
    ['a number, so that JSON stays JSON', '{"otp":1234}', '{"otp":"**"}'],
    ['a digit', '{"otp":7}', '{"otp":0}'],
    [
      'all that a member holds, but no names',
      '{"token":{"a":["xy",12,true,null]},"b":1}',
      '{"token":{"a":["**","",true,null]},"b":1}',
    ],
    [
      'JSON within JSON',
      '{"body":"{\\"pwd\\":\\"a\\",\\"b\\":1}"}',
      '{"body":"{\\"pwd\\":\\"*\\",\\"b\\":1}"}',
    ],
    [
      'what is named by a value, as headers are listed',
      '[{"name":"Cookie","value":"a=b"},{"name":"Host", "value":"c"}]',
      '[{"name":"Cookie","value":"***"},{"name":"Host", "value":"c"}]',
    ],
    [
      'the same within JSON, in lines',
      '"[{\\"key\\": \\"api_key\\",\\n  \\"value\\": \\"ab\\"}]"',
      '"[{\\"key\\": \\"api_key\\",\\n  \\"value\\": \\"**\\"}]"',
    ],
    ['a line', 'X-Api-Key: a b\r\nHost: a', 'X-Api-Key: ***\r\nHost: a'],
    ['a line that is folded', 'Cookie: a\r\n b\r\nc', 'Cookie: *\r\n *\r\nc'],
    ['a command', 'curl -H "Cookie: a=b" /', 'curl -H "Cookie: ***" /'],
    ['a parameter', 'see /?a=1&token=xy&b=2 ', 'see /?a=1&token=**&b=2 '],
    ['spaces around it', 'api_key = ab c', 'api_key = ** c'],
    ['a last word', 'DB_PASS=ab dbPass=cd', 'DB_PASS=** dbPass=**'],
    [
      'a string in three quotes',
      'f(token: """a"b""", x: "c")',
      'f(token: """***""", x: "c")',
    ],
    ['a quote that is doubled', "password='it''s'", "password='**''*'"],
    ['in quotes', 'a password="b c" d', 'a password="***" d'],
    ['the user of a URL', 'http://a:b@c/d?e=f@g', 'http://***@c/d?e=f@g'],
    [
      'what is encoded within',
      '/?to=%2F%3Ftoken%3Da&b=1',
      '/?to=***************&b=1',
    ],
  ])('%s', (_, value, expected) => {
    expect(masked(value)).toBe(expected);
    // Once more changes nothing.
    expect(masked(expected)).toBe(expected);
  });

  test.each([
    ['{"tokens":5,"max_tokens":"a","code":404,"key":"a"}'],
    ['{"bypass":"a","compass":"b","sha256":"c","http2":"d"}'],
    ['{"passage":"a","hasToken":true,"token":null}'],
    ['http://a.example:80/b@c?d=e'],
    ['me@a.example, see https://unpkg.com/@scope/a@1'],
    ['Host: a\r\nIdempotency-Key: b\r\nSec-WebSocket-Key: c=='],
    ['at 12:30:45, a==b'],
  ])('%s stays', (value) => {
    expect(masked(value)).toBe(value);
  });

  test('a query and a form have more of them', () => {
    const value = 'code=a b"c&key=d&a=e&sig=f&X-Amz-Signature=g';
    expect(masked(value, 'form')).toBe(
      'code=*****&key=*&a=e&sig=*&X-Amz-Signature=*',
    );
    expect(masked('token[0]=a&b%5Bpwd%5D%5Bc%5D=d&e[f]=g', 'form')).toBe(
      'token[0]=*&b%5Bpwd%5D%5Bc%5D=*&e[f]=g',
    );
  });

  test('a pattern of a program is no URL with a user', () => {
    const value = 'a = /(?:\\/\\/[^\\n]*)([^\\s@])/; b = "//c:d@e"';
    const expected = value.replace('c:d', '***');
    expect(masked(value, 'code')).toBe(expected);
  });

  test('a program is left as it is, but not its addresses and JSON', () => {
    expect(
      masked('let token=a;f("/?token=b",{"token":"c",token:d})', 'code'),
    ).toBe('let token=a;f("/?token=*",{"token":"*",token:d})');
  });
});

test.each<[string, Reading]>([
  ['=', 'text'],
  ['a=%20', 'text'],
  ['a=%20', 'form'],
  ['"value":', 'text'],
  ['//a@', 'text'],
])('%s over and over, read as %s, is read once', (piece, reading) => {
  const bytes = text(piece.repeat(300_000 / piece.length));
  // Of the processor: on a busy machine the clock goes on.
  const start = process.cpuUsage();
  maskText(bytes, reading);
  // Read again from each place it takes a minute; once, half a second, and on a
  // busy machine up to three.
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(15_000);
});

describe('In headers,', () => {
  test.each([
    ['Cookie : a=b', 'Cookie : ***'],
    ['Set-Cookie2: a=b', 'Set-Cookie2: ***'],
    ['AUTHORIZATION:Basic c2Vj', 'AUTHORIZATION:**********'],
    ['X-Auth-Token: a\r\n b', 'X-Auth-Token: *\r\n *'],
    ['x-amz-security-token: a', 'x-amz-security-token: *'],
    ['Location: /?code=a&b=c', 'Location: /?code=*&b=c'],
    ['Host: a:b@c:1', 'Host: ***@c:1'],
  ])('%j', (line, expected) => {
    const around = (own: string) => `GET / HTTP/1.1\r\n${own}\r\nA: b\r\n\r\n`;
    expect(maskedHead(around(line))).toBe(around(expected));
  });

  test.each([
    ['graphql-ws, board.v1, mqtt', 'graphql-ws, board.v1, mqtt'],
    ['actioncable-v1-json', 'actioncable-v1-json'],
    ['graphql-transport-ws', 'graphql-transport-ws'],
    ['bearer.abc, a', 'bearer.***, a'],
    ['access_token, abc, board.v1', 'access_token, ***, board.v1'],
    [
      'realtime, openai-insecure-api-key.ab-c, v1',
      'realtime, openai-insecure-api-key.****, v1',
    ],
    ['v4, aGVsbG8gd29ybGQgaGVsbG8', 'v4, ***********************'],
  ])('Sec-WebSocket-Protocol: %s', (value, expected) => {
    const around = (own: string) =>
      `GET / HTTP/1.1\r\nSec-WebSocket-Protocol: ${own}\r\n\r\n`;
    expect(maskedHead(around(value))).toBe(around(expected));
  });

  test.each([
    [
      'GET http://a:b@c/?d=e&api_key=f HTTP/1.1',
      'GET http://***@c/?d=e&api_key=* HTTP/1.1',
    ],
    ['CONNECT a:b@c:1 HTTP/1.1', 'CONNECT ***@c:1 HTTP/1.1'],
    ['HTTP/1.1 200 token=a', 'HTTP/1.1 200 token=*'],
  ])('%s', (start, expected) => {
    expect(maskedHead(`${start}\r\n\r\n`)).toBe(`${expected}\r\n\r\n`);
  });
});
