import { describe, expect, test } from '@jest/globals';
import {
  duration,
  Exchanges,
  headerFactsOf,
  timesInWords,
  timesOf,
} from '../exchanges.ts';
import type { Line } from '../source.ts';
import type { SavedRun } from '../saved/saved.ts';
import { connection, frame, runOf, runWith, type Step } from './made-run.ts';

const GET = 'GET /board?q=1 HTTP/1.1\r\nHost: a\r\n\r\n';
const OK = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\n';

const isChunk = ({ kind }: Line) => kind === 'http/1.1 chunk';

/** The exchanges of a run, by its lines alone. */
function byLines(run: SavedRun): Exchanges {
  const exchanges = new Exchanges();
  exchanges.add(run.lines);
  return exchanges;
}

/** The same, with all that their header sections say. */
function withFacts(run: SavedRun): Exchanges {
  const exchanges = byLines(run);
  for (const exchange of exchanges.all)
    exchanges.learn(
      exchange,
      [exchange.request, exchange.response]
        .filter((n) => n !== undefined)
        .flatMap((n) => headerFactsOf(run, n) ?? []),
    );
  return exchanges;
}

describe('an exchange of HTTP/1.1', () => {
  test('has what its lines say, and how long it took', () => {
    const { all } = byLines(
      runWith(
        [10, 'up', GET],
        [30, 'down', `${OK}Content-Length: 5\r\n\r\nZür`],
        [45, 'down', 'i!'],
      ),
    );
    expect(all).toEqual([
      {
        request: 1,
        connection: 1,
        link: undefined,
        number: 1,
        isHttp2: false,
        method: 'GET',
        target: '/board?q=1',
        isFirst: true,
        opened: 0,
        start: 10,
        sent: 10,
        response: 2,
        status: 200,
        statusText: '200 OK',
        type: 'text/plain',
        firstByte: 30,
        end: 45,
        state: 'complete',
        isSwitched: false,
        up: 36,
        down: 84,
        content: 5,
      },
    ]);
    expect(timesOf(all[0]!)).toEqual({ waiting: 20, firstByte: 20, total: 35 });
  });

  test('waits from the last byte of a request that takes its time', () => {
    const { all } = byLines(
      runWith(
        [0, 'up', 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n'],
        [20, 'up', 'ab'],
        [40, 'up', 'cd'],
        [45, 'down', `${OK}Content-Length: 1\r\n\r\nx`],
      ),
    );
    expect(timesOf(all[0]!)).toEqual({ waiting: 5, firstByte: 45, total: 45 });
  });

  test('begins with the first byte, and so does its response', () => {
    const run = runWith(
      [10, 'up', GET.slice(0, 5)],
      [15, 'up', GET.slice(5)],
      [30, 'down', 'HTTP/1.1 20'],
      [40, 'down', '0 OK\r\nContent-Length: 0\r\n\r\n'],
    );
    const [lines] = byLines(run).all;
    expect(lines).toMatchObject({ start: 15, firstByte: 40, state: 'open' });
    const [facts] = withFacts(run).all;
    expect(facts).toMatchObject({ start: 10, firstByte: 30, end: 40 });
    expect(timesInWords(facts!)).toBe(
      'waiting 15 ms · first byte 20 ms · total 30 ms',
    );
  });

  test('is open until its last chunk', () => {
    const steps: Step[] = [
      [0, 'up', GET],
      [5, 'down', `${OK}Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n`],
    ];
    const exchanges = new Exchanges();
    const { lines } = runWith(...steps);
    exchanges.add(lines.slice(0, 1 + lines.findIndex(isChunk)));
    expect(exchanges.all[0]).toMatchObject({ state: 'open', content: 2 });
    expect(timesInWords(exchanges.all[0]!)).toBe(
      'waiting 5.0 ms · first byte 5.0 ms · still open',
    );
    const [whole] = byLines(runWith(...steps, [90, 'down', '0\r\n\r\n'])).all;
    expect(whole).toMatchObject({ state: 'complete', end: 90, content: 2 });
  });

  test.each([
    ['204 No Content', 'GET'],
    ['304 Not Modified', 'GET'],
    ['200 OK', 'HEAD'],
  ])('is complete without a body: %s to %s', (status, method) => {
    const { all } = byLines(
      runWith(
        [0, 'up', `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`],
        [5, 'down', `HTTP/1.1 ${status}\r\nContent-Length: 9\r\n\r\n`],
      ),
    );
    expect(all[0]!.state).toBe('complete');
  });

  test('is complete at its headers where they say that no body comes', () => {
    const steps: Step[] = [
      [0, 'up', GET],
      [5, 'down', `${OK}Content-Length: 0\r\n\r\n`],
    ];
    expect(byLines(runWith(...steps)).all[0]!.state).toBe('open');
    expect(withFacts(runWith(...steps)).all[0]!.state).toBe('complete');
    const next = byLines(runWith(...steps, ...steps)).all;
    expect(next.map(({ state }) => state)).toEqual(['complete', 'open']);
    const [closed] = byLines(
      runWith(...steps, [9, 'down', { ends: 'fin' }]),
    ).all;
    expect(closed).toMatchObject({ state: 'complete', end: 5 });
  });

  test('is told from those beside it, also where requests do not wait', () => {
    const { all } = byLines(
      runWith(
        [0, 'up', GET + GET],
        [10, 'down', 'HTTP/1.1 100 Continue\r\n\r\n'],
        [20, 'down', `${OK}Content-Length: 1\r\n\r\na`],
        [30, 'down', `HTTP/1.1 404 Not Found\r\nContent-Length: 1\r\n\r\nb`],
      ),
    );
    expect(all.map(({ statusText, end }) => [statusText, end])).toEqual([
      ['200 OK', 20],
      ['404 Not Found', 30],
    ]);
    expect(all.map(({ isFirst }) => isFirst)).toEqual([true, false]);
  });

  test('is cut where the connection ends without a response', () => {
    const { all } = byLines(
      runWith([0, 'up', GET], [9, 'down', { ends: 'rst' }]),
    );
    expect(all[0]).toMatchObject({ state: 'cut', status: undefined });
    expect(timesInWords(all[0]!)).toBe('total 0.0 ms · cut before its end');
  });

  test('becomes a WebSocket, and lasts as long as that', () => {
    const run = runWith(
      [
        0,
        'up',
        'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ],
      [
        5,
        'down',
        'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n',
      ],
      [50, 'down', '\x81\x02hi'],
      [70, 'down', { ends: 'fin' }],
    );
    const exchanges = withFacts(run);
    expect(exchanges.all).toHaveLength(1);
    expect(exchanges.all[0]).toMatchObject({
      status: 101,
      state: 'complete',
      isSwitched: true,
      firstByte: 5,
      end: 70,
    });
    const message = run.lines.find(({ kind }) => kind === 'websocket text')!;
    expect(exchanges.of(message)).toBe(exchanges.all[0]);
  });
});

describe('an exchange of HTTP/2', () => {
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  const [DATA, HEADERS, RST_STREAM, CONTINUATION] = [0, 1, 3, 9];
  const [ENDS, WHOLE] = [1, 4];
  const get = '\x82\x84\x86';
  const html = '\x88\x5f\x09text/html';

  test('has the stream that it is on, and ends with it', () => {
    const run = runWith(
      [0, 'up', preface],
      [10, 'up', frame(HEADERS, ENDS | WHOLE, 1, get)],
      [20, 'down', frame(HEADERS, WHOLE, 1, html)],
      [30, 'up', frame(HEADERS, ENDS | WHOLE, 3, get)],
      [35, 'down', frame(DATA, 0, 1, 'abc')],
      [40, 'down', frame(HEADERS, ENDS | WHOLE, 3, '\x8d')],
      [60, 'down', frame(DATA, ENDS, 1, 'def')],
    );
    const [first, second] = withFacts(run).all;
    expect(first).toMatchObject({
      method: 'GET',
      target: '/',
      number: 1,
      isHttp2: true,
      statusText: '200 OK',
      type: 'text/html',
      state: 'complete',
      content: 6,
    });
    expect(timesOf(first!)).toEqual({ waiting: 10, firstByte: 10, total: 50 });
    expect(second).toMatchObject({ number: 3, status: 404, end: 40 });
  });

  test('is complete with headers in several frames', () => {
    const { all } = byLines(
      runWith(
        [0, 'up', preface],
        [10, 'up', frame(HEADERS, ENDS, 1, get.slice(0, 1))],
        [12, 'up', frame(CONTINUATION, WHOLE, 1, get.slice(1))],
        [20, 'down', frame(HEADERS, ENDS, 1, html.slice(0, 1))],
        [25, 'down', frame(CONTINUATION, WHOLE, 1, html.slice(1))],
      ),
    );
    expect(all[0]).toMatchObject({
      method: 'GET',
      status: 200,
      state: 'complete',
      end: 25,
    });
  });

  test('is cut by RST_STREAM', () => {
    const { all } = byLines(
      runWith(
        [0, 'up', preface],
        [10, 'up', frame(HEADERS, ENDS | WHOLE, 1, get)],
        [20, 'down', frame(HEADERS, WHOLE, 1, html)],
        [30, 'up', frame(RST_STREAM, 0, 1, '\0\0\0\x08')],
      ),
    );
    expect(all[0]).toMatchObject({ state: 'cut', end: 30 });
  });
});

describe('the exchanges of a run', () => {
  test('are the same however its lines are cut into batches', () => {
    const run = runOf(
      connection(1, 0, [
        [0, 'up', GET],
        [5, 'down', `${OK}Content-Length: 2\r\n\r\nab`],
      ]),
      connection(2, 1, [[2, 'up', GET]]),
    );
    const one = new Exchanges();
    for (const line of run.lines) one.add([line]);
    expect(one.all).toEqual(byLines(run).all);
  });

  test('forget those whose request is no longer kept', () => {
    const run = runWith(
      [0, 'up', GET],
      [5, 'down', `${OK}Content-Length: 2\r\n\r\nab`],
      [9, 'up', GET],
    );
    const exchanges = byLines(run);
    const [first, second] = exchanges.all;
    exchanges.dropBefore(first!.request + 1);
    expect(exchanges.all).toEqual([second]);
    expect(exchanges.of(run.lines[2]!)).toBeUndefined();
    expect(exchanges.of(run.lines[4]!)).toBe(second);
  });

  test('keep targets whole where somebody asks for them', () => {
    const target = `/${'long'.repeat(50)}`;
    const run = runWith([0, 'up', `GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`]);
    expect(byLines(run).all[0]!.target).toMatch(/…$/);
    expect(withFacts(run).all[0]!.target).toBe(target);
  });
});

test('a duration is short, and says its unit', () => {
  expect([0, 0.44, 9.96, 999.4, 999.6, 9_994, 61_000].map(duration)).toEqual([
    '0.0 ms',
    '0.4 ms',
    '10 ms',
    '999 ms',
    '1.00 s',
    '9.99 s',
    '61 s',
  ]);
});
