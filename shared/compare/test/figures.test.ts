import { describe, expect, test } from '@jest/globals';
import { findTransports } from '../compare.ts';
import { nameOfTransport } from '../transports/transports.ts';
import { percentile, spreadOf } from '../statistics.ts';
import { deliveryOf } from '../measure.ts';

const made = [
  { n: 7, at: 1000 },
  { n: 8, at: 1100 },
  { n: 9, at: 1200 },
];

describe('what was made, and what arrived', () => {
  test('each update came once, so many ms later', () => {
    const arrivals = [
      { kind: 'update' as const, n: 7, at: 1003 },
      { kind: 'update' as const, n: 8, at: 1110 },
      { kind: 'update' as const, n: 9, at: 1201 },
    ];
    expect(deliveryOf(made, arrivals)).toEqual({
      times: [3, 10, 1],
      lost: 0,
      doubled: 0,
    });
  });

  test('a snapshot shows what came before it, and loses it all the same', () => {
    const arrivals = [
      { kind: 'update' as const, n: 7, at: 1003 },
      { kind: 'snapshot' as const, n: 9, at: 1500, run: 'k3x9a' },
    ];
    expect(deliveryOf(made, arrivals)).toEqual({
      times: [3, 400, 300],
      lost: 2,
      doubled: 0,
    });
  });

  test('what comes again is doubled, what never comes has no time', () => {
    const arrivals = [
      { kind: 'update' as const, n: 7, at: 1003 },
      { kind: 'update' as const, n: 7, at: 1010 },
      { kind: 'update' as const, n: 7, at: 1020 },
    ];
    expect(deliveryOf(made, arrivals)).toEqual({
      times: [3],
      lost: 2,
      doubled: 2,
    });
  });

  test('what arrived before it was made belongs to something else', () => {
    const arrivals = [{ kind: 'update' as const, n: 9, at: 900 }];
    expect(deliveryOf([made[2]!], arrivals).times).toEqual([]);
  });
});

describe('figures', () => {
  test('99 of 100 do not exceed the 99th percentile', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    expect(percentile(values, 50)).toBe(100);
    expect(percentile(values, 99)).toBe(198);
    expect(percentile([3], 99)).toBe(3);
  });

  test('a spread has the median of all rounds, and each of them', () => {
    expect(spreadOf([5, 1, 3])).toEqual({
      median: 3,
      least: 1,
      most: 5,
      rounds: [5, 1, 3],
    });
  });
});

test('a way that is not there is refused with those that are', () => {
  expect(() => findTransports(['sse', 'telegraph'])).toThrow(
    'There is no way "telegraph"',
  );
  expect(() => findTransports(['telegraph'])).toThrow(
    /"telegraph".*polling, conditional, .*websocket/,
  );
  const found = (...wanted: Parameters<typeof findTransports>) =>
    findTransports(...wanted).map(nameOfTransport);
  expect(found(['websocket', 'sse'])).toEqual([
    'sse over HTTP/1.1',
    'websocket over HTTP/1.1',
    'sse over HTTP/2',
    'websocket over HTTP/2',
  ]);
  expect(found(['mqtt', 'sse'], ['2'])).toEqual([
    'sse over HTTP/2',
    'mqtt over MQTT 3.1.1',
  ]);
});
