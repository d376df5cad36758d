import { readdirSync, readFileSync } from 'node:fs';
import { homedir, hostname } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { proxyColumns } from '../proxies/columns/columns.ts';
import { elsewhere } from '../proxies/elsewhere.ts';
import {
  proxyCellName,
  measuredProxies,
  proxyRecording,
  recordings,
} from '../proxies/measured.ts';
import { isAsked } from '../proxies/settle.ts';
import { subjects } from '../proxies/subjects.ts';

const cells = subjects.flatMap((subject) =>
  proxyColumns.flatMap((column) =>
    (['1.1', '2'] as const)
      .filter((http) => isAsked(subject, column, http))
      .map((http) => ({
        subject,
        column,
        name: proxyCellName(subject.id, column.id, http),
      })),
  ),
);

describe('what was measured of the proxies', () => {
  test('is a word for every cell, and nothing else', () => {
    for (const { id } of subjects) {
      const own = cells.filter(({ subject }) => subject.id === id);
      const { version, date, cells: found } = measuredProxies[id]!;
      expect(Object.keys(found).toSorted()).toEqual(
        own.map(({ name }) => name).toSorted(),
      );
      expect(version).toMatch(/^\d+(\.\d+)+$/);
      expect(date).toMatch(/^\d{4}-\d\d-\d\d$/);
      for (const { word, evidence } of Object.values(found)) {
        expect(word).toMatch(/./);
        expect(word).not.toBe('failed');
        expect(evidence).toMatch(/./);
      }
    }
  });

  test('is kept as a recording of both sides, and is small', () => {
    let size = 0;
    for (const { subject, column, name } of cells) {
      const file = readFileSync(proxyRecording(name));
      size += file.length;
      const { connections } = readPcapng(file);
      const said = connections.flatMap(({ comments }) =>
        comments.map(({ text }) => text),
      );
      const sides = [/^client to /, / to the server$/].map((side) =>
        said.some((text) => side.test(text)),
      );
      // Where it offers no stream for it, nothing is sent behind it.
      const isBehind =
        !column.refuses &&
        !(column.id === 'rfc8441' && !/haproxy|nghttpx/.test(subject.id));
      expect([name, ...sides]).toEqual([name, true, isBehind]);
      for (const own of [hostname(), homedir()])
        if (own.length > 4) expect(file.includes(own)).toBe(false);
    }
    expect(size).toBeLessThan(1_500_000);
    expect(readdirSync(recordings)).toHaveLength(cells.length);
  });
});

describe('what documentation says of timeouts', () => {
  test.each(elsewhere)('$name: has addresses and a day', (entry) => {
    const { timeouts, advice, addresses, written, read } = entry;
    expect(Object.keys(timeouts)).not.toHaveLength(0);
    expect(advice).toMatch(/\.$/);
    expect(addresses).not.toHaveLength(0);
    for (const address of addresses)
      expect(new URL(address).protocol).toBe('https:');
    expect(read).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(written ?? read).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect((written ?? read) <= read).toBe(true);
  });

  test('a heartbeat comes within less than half of the timeout', () => {
    const seconds = (words = '') => {
      const found = /(\d+) (s|min)\b/.exec(words);
      return found ? Number(found[1]) * (found[2] === 'min' ? 60 : 1) : NaN;
    };
    const sent = elsewhere.filter(({ advice }) => / every \d/.test(advice));
    expect(sent.length).toBeGreaterThan(5);
    for (const { timeouts, advice } of sent)
      expect(seconds(advice)).toBeLessThan(seconds(timeouts.idle) / 2);
  });
});
