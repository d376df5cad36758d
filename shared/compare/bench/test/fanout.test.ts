import { describe, expect, test } from '@jest/globals';
import { measureLoad, type Load } from '../../load/measure-load.ts';
import { fields, reportOf } from '../fanout.ts';
import { isInstalled } from '../fanout/packages.ts';

const field = (name: string) =>
  fields.find((each) => each.name.startsWith(name))!;

/** A load as it was measured: µs of a delivery, KiB of a client. */
const load = (cpu: number, kib: number, arrived = 100): Load => ({
  clients: 10,
  cpu,
  memory: kib * 1024,
  arrived,
  wanted: 100,
  generator: 0.1,
});

describe('the report', () => {
  const { runners } = field('Server-Sent');
  const [ours, floor, rival] = runners;

  test('takes medians, and holds the lesson to the floor and its rivals', () => {
    const { lines, goals } = reportOf(
      field('Server-Sent'),
      10,
      new Map([
        [ours!, [load(22, 15), load(20, 15), load(90, 15)]],
        [floor!, [load(20, 12)]],
        [rival!, [load(40, 20)]],
      ]),
    );
    expect(lines).toEqual([
      'Server-Sent Events, 10 clients',
      '            KiB, idle  deliveries/s           spread  to the floor  lost',
      'the lesson       15.0        45,455  11,111 – 50,000        0.91 ×     0',
      'node:http        12.0        50,000  50,000 – 50,000        1.00 ×     0',
      'better-sse       20.0        25,000  25,000 – 25,000        0.50 ×     0',
    ]);
    expect(goals.map(({ what, holds }) => [what, holds])).toEqual([
      ['Server-Sent Events: deliveries, to the floor', true],
      ['Server-Sent Events: deliveries, to better-sse', true],
      ['Server-Sent Events: KiB of an idle client', true],
      ['Server-Sent Events: lost', true],
    ]);
  });

  test('says what is missed, and what is not there', () => {
    const { lines, goals } = reportOf(
      field('Server-Sent'),
      10,
      new Map([
        [ours!, [load(23, 17, 99)]],
        [floor!, [load(20, 12)]],
      ]),
    );
    expect(lines.at(-1)).toMatch(
      /^better-sse +not installed \(.+\): --install$/,
    );
    expect(goals.map(({ holds }) => holds)).toEqual([false, false, false]);
  });

  test('warns where the clients were the bottleneck', () => {
    const busy = { ...load(20, 15), generator: 0.93 };
    const { lines } = reportOf(
      field('Server-Sent'),
      10,
      new Map([
        [ours!, [busy]],
        [floor!, [load(20, 12)]],
      ]),
    );
    expect(lines.at(-1)).toBe('The clients’ own process was busy for 93 %.');
  });
});

test('each server tells every client each update', async () => {
  const here = fields
    .flatMap(({ runners }) => runners)
    .filter(({ needs }) => needs === undefined || isInstalled(needs));
  const loads = await Promise.all(
    here.map(({ transport }) => measureLoad(transport, 3, 'fanout')),
  );
  expect(loads.map(({ arrived }) => arrived)).toEqual(here.map(() => 15));
});
