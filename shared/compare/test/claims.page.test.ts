import { beforeAll, describe, expect, test } from '@jest/globals';
import { versionInWords, engineVersion } from '@on-the-wire/browser/version.ts';
import type { InstalledProxy } from '@on-the-wire/proxies/find.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { keepsNothing, wordOf } from '../claims/claim.ts';
import type { Http } from '../claims/columns.ts';
import { missingFor, settleable } from '../claims/behind.ts';
import { describeTable } from '../claims/describe.ts';
import { measuredCell, measuredClaims } from '../claims/measured.ts';
import { rows } from '../claims/rows/rows.ts';
import { findRows, settleRow, type Settled } from '../claims/settle.ts';
import { drivenWindows, type ClaimWindows } from '../claims/claim-window.ts';

describeWithBrowser('each cell, settled in this browser', (browser) => {
  let windows: ClaimWindows;
  beforeAll(async () => {
    windows = await drivenWindows('chromium', browser());
  });

  const each = rows.map((row) => [row.title, row] as const);
  describe.each(['1.1', '2'] as const)('over HTTP/%s', (http: Http) => {
    test.each(each)('%s', async (title, row) => {
      const missing = missingFor(row, http);
      if (missing) process.stderr.write(`Skipped ${title}: no ${missing}.\n`);
      const settled = await settleRow(windows, row, http);
      const cells = settled.map(({ claim, word, evidence }) => ({
        column: claim.column,
        // Shown where it fails: the word alone would not tell why.
        cell:
          missing || word === wordOf(claim, http)
            ? word
            : `${word}: ${evidence}`,
      }));
      expect(cells).toEqual(
        row.claims.map((claim) => ({
          column: claim.column,
          cell: missing ? 'not measured here' : wordOf(claim, http),
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

  const version = engineVersion('chromium', '156.0.1');
  const evidence = 'seen';

  test('as text it marks what has changed, and what does not hold in this browser', () => {
    const row = rows[1]!;
    const [xhr, fetch] = row.claims as [Settled['claim'], Settled['claim']];
    const rest = { version, row, http: '1.1' as const, evidence };
    const text = describeTable([
      { ...rest, claim: xhr, word: 'limited', holds: true },
      { ...rest, claim: fetch, word: 'never', holds: false },
    ]);
    expect(text).toMatch(/Response streaming +limited +never \(!\) ← limited/);
    expect(text).toMatch(
      /\nChromium 156( \(\w+\))?: 2 claims, 1 of them does not hold\.\n/,
    );
    expect(text).toContain('never, where yes was expected');
    expect(text).toMatch(/\nOn the Wire \d+\.\d+\.\d+\S*\n$/);
  });

  test('as text it has a word for each engine that differs, with version, day and recording', () => {
    const row = findRows(['request-streaming'])[0]!;
    const claim = row.claims[1]!;
    const rest = { version, row, claim, http: '2' as const, evidence };
    const text = describeTable([{ ...rest, word: 'half duplex', holds: true }]);
    expect(text).toContain('half duplex ← no; Firefox: no; WebKitGTK: no');
    expect(text).toContain(
      `
Request streaming, fetch, HTTP/2
  ${versionInWords(version)}, now: half duplex
    seen
  ${versionInWords(measuredClaims.firefox)}, ${measuredClaims.firefox.date}: no
    the server got “[object ReadableStream]”
    npx -y pnpm wire shared/compare/claims/recordings/firefox/request-streaming-fetch-http2.pcapng
  WebKitGTK`,
    );
  });

  test('as text it says of what this window cannot show why', () => {
    const row = findRows(['passes-caches'])[0]!;
    const claim = row.claims[0]!;
    const http = '1.1';
    const found = keepsNothing('three on the wire');
    const text = describeTable([
      { version, row, claim, http, ...found, holds: false },
    ]);
    expect(text).toMatch(
      /: 1 claim, 1 cannot be measured here\.\n.*: not measured here\n {2}three on the wire: this window keeps no response\./,
    );
    expect(text).toMatch(/^Responses from caches +yes \(not measured here\)$/m);
    expect(text).not.toContain('SOMETHING ELSE');
  });

  test('of a program that is not installed, it says how to get it, and what our run showed', () => {
    const row = findRows(['passes-caches'])[0]!;
    const claim = row.claims[2]!;
    const run = measuredCell('chromium', row.id, 'sse', '2')!;
    const without = (missing: string) =>
      settleable(row, claim, '2', (name) =>
        name === missing ? undefined : ({} as InstalledProxy),
      );
    expect(without('nginx')).toBe(claim);
    for (const [name, title] of Object.entries({
      varnish: 'Varnish',
      haproxy: 'HAProxy',
    })) {
      const found = without(name).judge(null, []);
      expect(found).toMatchObject({
        word: 'not measured here',
        unmeasured: true,
      });
      expect(found.evidence).toMatch(
        new RegExp(
          `^${title} is not installed: .*\\. Our run in Chromium \\d+`,
        ),
      );
      expect(found.evidence).toContain(`: a shared one may, ${run.evidence}`);
    }
  });

  test('in a terminal of 80 columns, cells take several lines', () => {
    const all = rows.flatMap((row) =>
      row.claims.map((claim) => {
        const http = '1.1' as const;
        const word = wordOf(claim, http);
        return { version, row, claim, http, evidence, word, holds: true };
      }),
    );
    const table = describeTable(all, 80).split('\n\n←')[0]!;
    const lines = table.split('\n');
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
