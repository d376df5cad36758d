import { expect, test } from '@jest/globals';
import { comparisonAsJson } from '../compare.ts';
import { describeComparison } from '../report/table.ts';
import { transports } from '../transports/transports.ts';
import { madeUpComparison } from './comparison.ts';

const text = describeComparison(madeUpComparison());

test('three tables have a line for each way, numbers below one another', () => {
  expect(text.split('\n').slice(0, 19)).toEqual([
    'On a clean network',
    '',
    '                    p50 ms  p99 ms    lost  doubled  trips  conn.',
    'HTTP/1.1',
    'polling                2.0    40.0  2 of 8        0   1.00      1',
    'Server-Sent Events     2.0    40.0  1 of 4        0   1.00      1',
    'WebSocket',
    '',
    '                    up B  down B  payload B  overhead B  TCP/IP B',
    'HTTP/1.1',
    'polling              100     200        150         150       156',
    'Server-Sent Events   100     200        150         150       156',
    'WebSocket',
    '',
    '                    s after a cut  lost  doubled  s after a restart',
    'HTTP/1.1',
    'polling             0.7 (0.5–0.9)     2        1                2.0',
    'Server-Sent Events            0.5     2        0                2.0',
    'WebSocket',
  ]);
});

test('what was not tried has no table', () => {
  const comparison = madeUpComparison();
  for (const { figures } of comparison.networks[0]!.transports) {
    delete figures?.cut;
    delete figures?.restart;
  }
  expect(describeComparison(comparison)).not.toContain('after a cut  ');
});

test('a terminal of 80 columns has room for the widest of all', () => {
  const comparison = madeUpComparison();
  const [first, ...others] = comparison.networks[0]!.transports;
  const wide = (median: number) => ({
    rounds: [median],
    median,
    least: median - 1_000,
    most: median + 1_000,
  });
  const transport = {
    ...transports.find(
      ({ id, over }) => id === 'websocket-deflate' && over === 'HTTP/2',
    )!,
    title: 'WebSocket, compressed, yours',
  };
  const figures = {
    ...first!.figures!,
    p50: wide(19_999),
    p99: wide(19_999),
    up: wide(99_999),
    down: wide(99_999),
    payload: wide(99_999),
    overhead: wide(99_999),
    lost: 59,
    told: 600,
    cut: { ms: wide(18_500), lost: 30, doubled: 30 },
    restart: { ms: wide(18_500), lost: 0, doubled: 0 },
  };
  comparison.networks[0]!.transports = [{ transport, figures }, ...others];
  comparison.loads[0]!.transport = transport;
  comparison.loads[0]!.loads[0] = {
    clients: 10_000,
    memory: 99.9 * 1024,
    cpu: 9_999,
    arrived: 49_999,
    wanted: 50_000,
    generator: 1,
  };
  const lines = describeComparison(comparison).split('\n');
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines.some((line) => line.length > 75)).toBe(true);
});

test('what was not measured says why, and stays blank', () => {
  expect(text).toMatch(/^WebSocket$/m);
  expect(text).toContain('WebSocket, HTTP/1.1: not measured. It said');
  expect(text).toMatch(/^Server-Sent Events +90,000$/m);
  expect(text).toContain('90000 clients: blank. too many open files.');
});

test('under load, what is missing and who was busy is told', () => {
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' '));
  expect(lines).toContain('Server-Sent Events 1,000 16.0 42 all 20 %');
  expect(lines).toContain('WebSocket 1,000 12 4999 of 5000 90 % (!)');
  expect(text).toContain('the process of the clients was the bottleneck');
});

test('machine, versions, seed and command stand below it', () => {
  expect(text).toMatch(/^On the Wire 0\.1\.0\+bbf1e7c; /m);
  expect(text).toContain('Linux, 2 cores; Chromium 1; seed seed.');
  expect(text).toContain('pnpm compare --only "<b>"');
});

test('the fields of its JSON are called as they always were', () => {
  const { networks, loads } = JSON.parse(comparisonAsJson(madeUpComparison()));
  const [{ way, figures }] = networks[0].ways;
  expect(way).toEqual(expect.objectContaining({ id: 'polling' }));
  expect(figures.beneath).toEqual(expect.objectContaining({ median: 156 }));
  expect(Object.keys(loads[0])).toEqual(['way', 'loads']);
});
