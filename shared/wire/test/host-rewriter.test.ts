import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { concat } from '../bytes.ts';
import { HostRewriter } from '../http1/host-rewriter.ts';
import { HEADERS_LIMIT } from '../limits.ts';
import { latin1 } from '../text.ts';

const wanted = {
  host: 'shop.test:8080',
  origin: 'http://shop.test:8080',
  replaced: new Set(['http://127.0.0.1:4400', 'http://localhost:4400']),
};

const bytesOf = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

/** What comes out where the bytes come in pieces of these sizes, then the rest. */
function rewritten(text: string, sizes: readonly number[] = []): string {
  const rewriter = new HostRewriter(wanted);
  const bytes = bytesOf(text);
  const out: Uint8Array[] = [];
  let at = 0;
  for (const size of [...sizes, bytes.length]) {
    out.push(rewriter.push(bytes.slice(at, at + size)).slice());
    at += size;
  }
  out.push(rewriter.end());
  return latin1(concat(out));
}

const get = (fields: string) => `GET /a?b HTTP/1.1\r\n${fields}\r\n`;
const ours = get('Host: 127.0.0.1:4400\r\nAccept: */*\r\n');
const theirs = get('Host: shop.test:8080\r\nAccept: */*\r\n');
const post = (fields: string, body: string) =>
  `POST / HTTP/1.1\r\nHost: 127.0.0.1:4400\r\n${fields}\r\n${body}`;
const posted = (fields: string, body: string) =>
  `POST / HTTP/1.1\r\nHost: shop.test:8080\r\n${fields}\r\n${body}`;

const chunks =
  '1d;x="Host: a"\r\nHost: 127.0.0.1:4400\r\n\r\nGET /\r\n0\r\nHost: 127.0.0.1:4400\r\n\r\n';

const changed: [name: string, before: string, after: string][] = [
  ['a request', ours, theirs],
  [
    'an Origin of the tap',
    get('Origin: http://LOCALHOST:4400\r\n'),
    get('Origin: http://shop.test:8080\r\n'),
  ],
  [
    'only the value',
    get('hOsT:\t 127.0.0.1:4400 \t\r\nx:y\r\n'),
    get('hOsT:\t shop.test:8080 \t\r\nx:y\r\n'),
  ],
  ['an empty value', get('Host:\r\n'), get('Host:shop.test:8080\r\n')],
  [
    'both of two',
    get('Host: a\r\nHost: b\r\n'),
    get('Host: shop.test:8080\r\nHost: shop.test:8080\r\n'),
  ],
  [
    'lines that end in LF',
    'GET / HTTP/1.0\nHost: a\n\n',
    'GET / HTTP/1.0\nHost: shop.test:8080\n\n',
  ],
  ['all of a kept connection', ours + ours + ours, theirs + theirs + theirs],
  ['what follows blank lines', `\r\n\r\n${ours}`, `\r\n\r\n${theirs}`],
  [
    'what follows a body',
    post('Content-Length: 22\r\n', 'Host: 127.0.0.1:4400\r\n') + ours,
    posted('Content-Length: 22\r\n', 'Host: 127.0.0.1:4400\r\n') + theirs,
  ],
  [
    'what follows chunks',
    post('Transfer-Encoding: gzip, Chunked\r\n', chunks) + ours,
    posted('Transfer-Encoding: gzip, Chunked\r\n', chunks) + theirs,
  ],
  [
    'what follows a declined Upgrade',
    get('Upgrade: websocket\r\n') + ours,
    get('Upgrade: websocket\r\n') + theirs,
  ],
];

const unchanged: [name: string, text: string][] = [
  ['another Origin', get('Origin: http://localhost:5173\r\nOrigin: null\r\n')],
  ['Referer', get('Referer: http://127.0.0.1:4400/a\r\n')],
  ['other fields', get('X-Host: a\r\nHosts: b\r\nCookie: Host: c\r\n')],
  [
    'a WebSocket after its handshake',
    `${get('Upgrade: websocket\r\n')}\x81\x85abcd\n${ours}`,
  ],
  [
    'a compressed fragment that begins as a letter does',
    `${get('Upgrade: websocket\r\n')}A\x84abcd\r\n${ours}`,
  ],
  ['HTTP/2', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${ours}`],
  ['a tunnel', `CONNECT a.test:80 HTTP/1.1\r\n\r\n${ours}`],
  ['what is no HTTP', `*2\r\n$3\r\nGET\r\n$1\r\na\r\n${ours}`],
  [
    'what follows two lengths',
    get('Content-Length: 0\r\nContent-Length: 5\r\n') + ours,
  ],
  [
    'what follows a length that is none',
    get('Content-Length: 0, 0\r\n') + ours,
  ],
  [
    'what follows a length and chunks',
    get('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n') +
      `0\r\n\r\n${ours}`,
  ],
  [
    'what follows another coding',
    get('Transfer-Encoding: chunked, gzip\r\n') + ours,
  ],
  [
    'what follows a space before the colon',
    get('Content-Length : 5\r\n') + ours,
  ],
  ['what follows a folded line', get('X: a\r\n Content-Length: 5\r\n') + ours],
  ['what follows a bare CR', get('X: a\rContent-Length: 5\r\n') + ours],
  [
    'what follows a size that is none',
    `${get('Transfer-Encoding: chunked\r\n')}x\r\n${ours}`,
  ],
  [
    'what follows a chunk that is too long',
    `${get('Transfer-Encoding: chunked\r\n')}1\r\nab\r\n0\r\n\r\n${ours}`,
  ],
  ['the end of a header that never comes', 'GET / HTTP/1.1\r\nHos'],
];

describe('puts the name of the target', () => {
  test.each(changed)('into %s', (_, before, after) => {
    expect(rewritten(before)).toBe(after);
  });
});

describe('leaves alone', () => {
  test.each(unchanged)('%s', (_, text) => {
    expect(rewritten(text)).toBe(text);
  });

  test('what follows a line that is too long, and keeps no more of it', () => {
    const rewriter = new HostRewriter(wanted);
    const start = bytesOf('GET / HTTP/1.1\r\nCookie: ');
    expect(rewriter.push(start)).toHaveLength(16);
    const piece = bytesOf('a'.repeat(1_000));
    let kept = start.length - 16;
    for (let times = 0; kept > 0; times += 1) {
      kept += piece.length - rewriter.push(piece).length;
      expect(kept).toBeLessThanOrEqual(HEADERS_LIMIT);
      expect(times).toBeLessThan(100);
    }
    expect(kept).toBe(0);
    const rest = bytesOf(`\r\n\r\n${ours}`);
    expect(rewriter.push(rest)).toEqual(rest);
  });
});

test('however the bytes are cut, the same come out', () => {
  const cases = [
    ...changed.map(([, before]) => before),
    ...unchanged.map(([, text]) => text),
  ];
  for (const text of cases) {
    const whole = rewritten(text);
    expect(rewritten(text, Array(text.length).fill(1))).toBe(whole);
    for (let cut = 1; cut < text.length; cut += 1)
      expect(rewritten(text, [cut])).toBe(whole);
  }
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...cases), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(60), { maxLength: 60 }),
      (texts, sizes) => {
        const text = texts.join('');
        expect(rewritten(text, sizes)).toBe(rewritten(text));
      },
    ),
  );
});

test('only an incomplete line of a header section waits', () => {
  const rewriter = new HostRewriter(wanted);
  const text = post('Content-Length: 5\r\n', 'Gleis');
  const sent = [...bytesOf(text)].map(
    (byte) => rewriter.push(Uint8Array.of(byte)).length,
  );
  const from = text.indexOf('Host');
  const to = text.indexOf('\r\n\r\n') + 4;
  expect(sent.slice(0, from).every((length) => length === 1)).toBe(true);
  expect(sent.slice(to).every((length) => length === 1)).toBe(true);
  expect(sent.slice(from, to).filter((length) => length > 0)).toHaveLength(3);
});

test('any bytes come out, and none are added to what is no request', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const text = latin1(bytes);
      expect(rewritten(text, [7, 1, 0, 20])).toBe(text);
    }),
  );
});
