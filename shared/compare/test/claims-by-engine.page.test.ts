/** A few cells in which the engines differ, settled in each of them. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { missingEngine, type Engine } from '@on-the-wire/browser/engines.ts';
import { openEngine } from '@on-the-wire/browser/open-engine.ts';
import type { Browser } from '@on-the-wire/browser/page.ts';
import { engineVersion } from '@on-the-wire/browser/version.ts';
import {
  drivenWindow,
  type ClaimWindow,
  type ClaimWindows,
} from '../claims/claim-window.ts';
import type { Http } from '../claims/columns.ts';
import { openPlainWindows } from '../claims/plain-window.ts';
import { findRows, settleRow, type Settled } from '../claims/settle.ts';

/** Settles what fetch does in a row. */
async function settleFetch(
  engine: Engine,
  fetch: ClaimWindow,
  id: string,
  http: Http,
): Promise<Settled> {
  const [row] = findRows([id]);
  const claims = row!.claims.filter(({ column }) => column === 'fetch');
  const of = { fetch } as ClaimWindows['of'];
  const version = engineVersion(engine, '0');
  const settled = await settleRow({ of, version }, { ...row!, claims }, http);
  return settled[0]!;
}

/** A `describe` that is skipped, with a line, where an engine is missing. */
function describeIn(engine: Engine): typeof describe.skip {
  const missing = missingEngine(engine);
  if (missing === undefined) return describe;
  process.stderr.write(`Skipped the claims in ${engine}: ${missing}\n`);
  return describe.skip;
}

describeIn('firefox')('in Firefox', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await openEngine('firefox');
  });
  afterAll(() => browser?.close());

  test('a stream is sent as its name, and the response is 200: no streaming', async () => {
    const window = drivenWindow(await browser.newPage());
    for (const http of ['1.1', '2'] as const)
      expect(
        await settleFetch('firefox', window, 'request-streaming', http),
      ).toMatchObject({
        word: 'no',
        holds: true,
        evidence: 'the server got “[object ReadableStream]”',
      });
  });
});

describeIn('webkitgtk')('in WebKitGTK', () => {
  test('a window that nobody drives keeps responses, and is not told of a cut over HTTP/2', async () => {
    const { of, close } = await openPlainWindows();
    try {
      expect(
        await settleFetch('webkitgtk', of.fetch, 'passes-caches', '1.1'),
      ).toMatchObject({ word: 'yes', holds: true });
      expect(
        await settleFetch('webkitgtk', of.fetch, 'survives-a-cut', '2'),
      ).toMatchObject({
        word: 'no, not told',
        holds: true,
        evidence:
          'reset, and for 3 s the page was told nothing; 1 request on the wire',
      });
    } finally {
      await close();
    }
  });

  test('a driven window keeps no response, and the outcome says so', async () => {
    const browser = await openEngine('webkitgtk');
    try {
      const window = drivenWindow(await browser.newPage());
      for (const row of ['passes-caches', 'cannot-see', 'idle-client'])
        expect(await settleFetch('webkitgtk', window, row, '1.1')).toEqual(
          expect.objectContaining({
            unmeasured: true,
            evidence: expect.stringContaining('this window keeps no response'),
          }),
        );
    } finally {
      await browser.close();
    }
  });
});
