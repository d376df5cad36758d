import { beforeAll, describe, expect, test } from '@jest/globals';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { wordOf } from '../claims/claim.ts';
import type { Http } from '../claims/columns.ts';
import { describeTable } from '../claims/describe.ts';
import { rows } from '../claims/rows/rows.ts';
import {
  findRows,
  openPages,
  settleRow,
  type Pages,
  type Settled,
} from '../claims/settle.ts';

describeWithBrowser('each cell, settled in this browser', (browser) => {
  let pages: Pages;
  beforeAll(async () => {
    pages = await openPages(browser());
  });

  const each = rows.map((row) => [row.title, row] as const);
  describe.each(['1.1', '2'] as const)('over HTTP/%s', (http: Http) => {
    test.each(each)('%s', async (_title, row) => {
      const settled = await settleRow(pages, row, http);
      const cells = settled.map(({ claim, word, evidence }) => ({
        column: claim.column,
        // Shown where it fails: the word alone would not tell why.
        cell: word === wordOf(claim, http) ? word : `${word}: ${evidence}`,
      }));
      expect(cells).toEqual(
        row.claims.map((claim) => ({
          column: claim.column,
          cell: wordOf(claim, http),
        })),
      );
    });
  });
});

describe('the table', () => {
  test('has four cells in each row, with a sentence in each', () => {
    for (const { claims } of rows) {
      expect(claims.map(({ column }) => column)).toEqual([
        'xhr',
        'fetch',
        'sse',
        'websocket',
      ]);
      for (const { sentence } of claims) expect(sentence).toMatch(/^[^]+\.$/);
    }
  });

  test('says what 2016 said in its seven rows, and in no other', () => {
    const said = rows.filter(({ claims }) => claims.every((each) => each.said));
    expect(said.map(({ id }) => id)).toEqual([
      'request-streaming',
      'response-streaming',
      'framing',
      'binary',
      'compression',
      'application-protocol',
      'network-transport',
    ]);
  });

  test('as text it marks what has changed, and what does not hold in this browser', () => {
    const row = rows[1]!;
    const [xhr, fetch] = row.claims as [Settled['claim'], Settled['claim']];
    const rest = { row, http: '1.1' as const, evidence: 'seen' };
    const text = describeTable([
      { ...rest, claim: xhr, word: 'limited', holds: true },
      { ...rest, claim: fetch, word: 'never', holds: false },
    ]);
    expect(text).toMatch(/Response streaming +limited +never \(!\) ← limited/);
    expect(text).toContain('1 of them does not hold in this browser:');
    expect(text).toContain('never, where yes was expected');
    expect(text).toMatch(/\nOn the Wire \d+\.\d+\.\d+\S*\n$/);
  });

  test('in a terminal of 80 columns, cells take several lines', () => {
    const all = rows.flatMap((row) =>
      row.claims.map((claim) => {
        const [http, evidence] = ['1.1', 'seen'] as const;
        const word = wordOf(claim, http);
        return { row, claim, http, evidence, word, holds: true };
      }),
    );
    const lines = describeTable(all, 80).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(lines.slice(0, 9)).toEqual([
      'Over HTTP/1.1     XMLHttpRequest  fetch           Server-Sent     WebSocket',
      '                                                  Events',
      '',
      'Request           no              no              no              yes',
      'streaming',
      '',
      'Response          limited         yes ← limited   yes             yes',
      'streaming',
      '',
    ]);
    // Where there is room, each row is a line.
    expect(describeTable(all).split('\n')[1]).toMatch(/^Request streaming/);
  });

  test('a row that is not there is refused with those that are', () => {
    expect(() => findRows(['carrier-pigeon'])).toThrow(
      'There is no row "carrier-pigeon"',
    );
    expect(() => findRows(['carrier-pigeon'])).toThrow(/binary.*cross-origin/);
  });
});
