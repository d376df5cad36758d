import { describe, expect, test } from '@jest/globals';
import { drawSvg, sentencesOf, stepsOf } from '../diagram.ts';
import type { Line, UnitLine } from '../source.ts';

const unit = (n: number, parts: Partial<UnitLine>): Line => ({
  n,
  connection: 1,
  time: n * 10,
  kind: 'event',
  direction: 'down',
  layer: 1,
  start: n * 20,
  end: n * 20 + 20,
  size: 20,
  payload: 10,
  counts: true,
  summary: `event ${n}`,
  ...parts,
});

const ask = unit(1, {
  kind: 'http/1.1 request headers',
  direction: 'up',
  layer: 0,
  summary: 'GET /',
});
const opened: Line = {
  n: 0,
  connection: 1,
  time: 0,
  kind: 'open',
  summary: 'opened',
};
const chunk = (n: number) =>
  unit(n, { kind: 'http/1.1 chunk', layer: 0, counts: false });

describe('the sequence diagram', () => {
  test('leaves out what only carries, and folds what is alike', () => {
    const lines = [opened, ask, unit(2, {}), chunk(3)];
    for (let n = 4; n < 44; n += 2) lines.push(unit(n, {}), chunk(n + 1));
    const { steps, before } = stepsOf(lines);
    expect(before).toBe(0);
    expect(steps.map(({ words, count }) => [words, count])).toEqual([
      ['opened', 1],
      ['GET /', 1],
      ['21 times event: event 2, …', 21],
    ]);
  });

  test('keeps two that are alike apart, and other connections', () => {
    const lines = [unit(1, {}), unit(2, {}), unit(3, { connection: 2 })];
    expect(stepsOf(lines).steps.map(({ words }) => words)).toEqual([
      'event 1',
      'event 2',
      'event 3',
    ]);
  });

  test('is said in sentences', () => {
    expect(sentencesOf(stepsOf([opened, ask, unit(2, {})]))).toEqual([
      '0.000 s, connection 1: opened',
      '0.010 s, connection 1, client to server: GET /',
      '0.020 s, connection 1, server to client: event 2',
    ]);
  });

  test('draws the last steps of a long run, and says how many came before', () => {
    const lines = Array.from({ length: 500 }, (_, n) =>
      unit(n, { direction: n % 2 ? 'up' : 'down' }),
    );
    const drawn = stepsOf(lines);
    expect(drawn.steps).toHaveLength(120);
    expect(sentencesOf(drawn)[0]).toBe('380 steps before these.');
    expect(drawSvg(drawn)).toContain('380 steps before these');
  });

  test('says less in a narrow room, in letters of the same size', () => {
    const drawn = stepsOf([unit(1, { summary: 'x'.repeat(100) })]);
    const widths = [640, 358, 120].map((room) => {
      const svg = drawSvg(drawn, { room });
      expect(svg).toContain('font-size="11"');
      return [/ width="(\d+)"/.exec(svg)?.[1], />(x+)…/.exec(svg)?.[1]?.length];
    });
    expect(widths).toEqual([
      ['640', 76],
      ['358', 36],
      ['300', 28],
    ]);
  });

  test('makes no markup of what was sent', () => {
    const summary = '</text><script>alert("&")</script>\u0000\u{1F686}';
    const svg = drawSvg(stepsOf([unit(1, { summary })]), { alone: true });
    for (const never of ['<script', '\u0000']) expect(svg).not.toContain(never);
    expect(svg).toContain(
      '&lt;/text&gt;&lt;script&gt;alert(&quot;&amp;&quot;)&lt;/script&gt;�\u{1F686}',
    );
  });
});
