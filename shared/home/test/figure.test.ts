import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import type { UnitLine } from '@on-the-wire/viewer/source.ts';
import {
  figureHtml,
  figureSvg,
  ladderNames,
  recordingIn,
  rungsIn,
} from '../figure/figure.ts';
import { drawLadder, LATENCY, rungsOf, sumOf } from '../figure/ladder.ts';

/** A unit of a scratch run, that arrived at a time. */
const unit = (
  time: number,
  direction: 'up' | 'down',
  kind: UnitLine['kind'],
  summary: string,
  size = 10,
  layer = 0,
): UnitLine => ({
  n: 0,
  connection: 1,
  time,
  direction,
  kind,
  summary,
  size,
  layer,
  start: 0,
  end: size,
  payload: 0,
  counts: true,
});

test('a rung falls as long as its bytes were on their way', () => {
  const rungs = rungsOf(
    [
      unit(
        900,
        'up',
        'http/1.1 request headers',
        'GET /other: request line and headers',
      ),
      unit(1_100, 'up', 'http/1.1 request headers', 'GET /board?a: …', 500),
      unit(1_200, 'down', 'http/1.1 response headers', '200 OK: …', 200),
      unit(1_201, 'down', 'body', 'body: 50 bytes', 50),
      unit(1_500, 'down', 'event', 'event 1', 30, 1),
      unit(1_501, 'down', 'http/1.1 chunk', 'chunk: 36 bytes', 36),
      unit(6_099, 'up', 'websocket text', 'text', 7),
      unit(6_101, 'up', 'websocket text', 'sent after five seconds', 7),
    ],
    '/board',
  );
  expect(rungs).toEqual([
    { direction: 'up', sent: 0, arrived: 100, words: 'GET /board', size: 500 },
    { direction: 'down', sent: 100, arrived: 200, words: '200', size: 250 },
    { direction: 'down', sent: 400, arrived: 500, words: 'event', size: 36 },
    {
      direction: 'up',
      sent: 4_999,
      arrived: 5_099,
      words: 'message',
      size: 7,
    },
  ]);
  expect(sumOf(rungs)).toBe('5 seconds: 2 up, 2 down, 793 bytes');
  expect(() => rungsOf([], '/board')).toThrow('nobody requests');
});

test('the recordings show what the figure says', () => {
  const polling = rungsIn('polling');
  expect(polling.length).toBeGreaterThanOrEqual(8);
  // Each request has its one response, before the next.
  polling.forEach(({ direction, words }, index) => {
    expect(direction).toBe(index % 2 === 0 ? 'up' : 'down');
    expect(words).toBe(index % 2 === 0 ? 'GET /board' : '200');
  });

  const [asked, answered, ...events] = rungsIn('sse');
  expect(asked).toMatchObject({ direction: 'up', words: 'GET /events' });
  expect(answered!.words).toMatch(/^200, \d events$/);
  expect(events.length).toBeGreaterThanOrEqual(3);
  expect(new Set(events.map(({ direction }) => direction))).toEqual(
    new Set(['down']),
  );

  const [handshake, accepted, ...messages] = rungsIn('websocket');
  expect(handshake).toMatchObject({ direction: 'up', words: 'GET /track' });
  expect(accepted!.words).toMatch(/^101, \d messages$/);
  const ways = messages.map(({ direction }) => direction);
  // Nobody waits for the other's turn.
  expect(ways.filter((way) => way === 'up').length).toBeGreaterThanOrEqual(2);
  expect(ways.filter((way) => way === 'down').length).toBeGreaterThanOrEqual(2);
});

test('a ladder is to scale, and its words are read out', () => {
  const rung = { direction: 'up', sent: 0, arrived: LATENCY } as const;
  const svg = drawLadder('Polling', [{ ...rung, words: 'GET /', size: 1_000 }]);
  expect(svg).toContain(
    'aria-label="Polling, 5 seconds: 1 up, 0 down, 1,000 bytes"',
  );
  expect(svg).toContain('>GET /, 1,000 B<');
  const [, y0, y1] = /M34 (\d+)L288 (\d+)/.exec(svg)!;
  expect([Number(y0), Number(y1)]).toEqual([40, 48]); // 84 px are a second
});

test.each(ladderNames)('no arrow of %s strikes out words', (name) => {
  const svg = drawLadder('A ladder', rungsIn(name));
  const arrows = [...svg.matchAll(/M(\d+) (\d+)L(\d+) (\d+)/g)].map(
    ([, ...numbers]) => numbers.map(Number) as [number, number, number, number],
  );
  const words = [
    ...svg.matchAll(
      /x="(\d+)" y="(\d+)"( text-anchor="end")? paint[^>]*>([^<]*)/g,
    ),
  ].map(([, x, y, end, text]) => {
    const width = text!.length * 6;
    const left = end ? Number(x) - width : Number(x);
    return { text: text!, left, right: left + width, y: Number(y) };
  });
  expect(words).toHaveLength(rungsIn(name).length);
  const struck = words.filter(({ left, right, y }) =>
    arrows.some(([x0, y0, x1, y1]) => {
      const at = (x: number) => y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
      const [a, b] = [at(left), at(right)];
      // From the top of the letters to below the longest.
      return Math.max(a, b) > y - 8 && Math.min(a, b) < y + 2;
    }),
  );
  expect(struck).toEqual([]);
  const onOthers = words.filter((one, index) =>
    words.some(
      (other, at) =>
        at !== index &&
        one.left < other.right &&
        other.left < one.right &&
        Math.abs(one.y - other.y) < 10,
    ),
  );
  expect(onOthers).toEqual([]);
});

test('each opens, and the picture in the README is the one that is drawn', () => {
  for (const name of ladderNames)
    expect(figureHtml()).toContain(`href="/recording?run=${name}"`);
  expect(recordingIn('sse')!.title).toBe('Server-Sent Events');
  expect(recordingIn('nothing')).toBeUndefined();
  const file = new URL('../../../.github/ladders.svg', import.meta.url);
  expect(readFileSync(file, 'utf8')).toBe(figureSvg());
});
