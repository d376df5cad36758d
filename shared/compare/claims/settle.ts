/** Runs claims in a real browser, each behind a tap of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import type { Browser, Page } from '@on-the-wire/browser/browser.ts';
import { openTrustingBrowser } from '@on-the-wire/browser/trusting-browser.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import { asExpression } from './as-expression.ts';
import { startTappedClaims } from './tapped-claims.ts';
import { wordOf, type Claim, type ClaimRow } from './claim.ts';
import { columns, type Column, type Http } from './columns.ts';
import { rows } from './rows/rows.ts';

/** What came of a claim. */
export interface Settled {
  row: ClaimRow;
  claim: Claim;
  http: Http;
  /** What this browser did, in a word, and what shows it. */
  word: string;
  evidence: string;
  /** Whether that is what the table says. */
  holds: boolean;
  /** The recording, where one was asked for. */
  file?: string;
}

/** ms until a claim's page is given up. */
const TIMEOUT = 20_000;

/**
 * Finds rows by their ids.
 *
 * @throws UsageError (2)
 */
export function findRows(only: readonly string[] = []): readonly ClaimRow[] {
  for (const id of only) {
    if (rows.some((row) => row.id === id)) continue;
    const all = rows.map((row) => row.id).join(', ');
    throw new UsageError(`There is no row "${id}". There are: ${all}.`, 2);
  }
  return only.length === 0 ? rows : rows.filter(({ id }) => only.includes(id));
}

/**
 * Settles claims, row after row.
 *
 * @param http the versions of HTTP to do it over
 * @param folder where recordings are kept, a file for each claim
 * @param say gets each outcome as it is known
 * @throws UsageError (2), or Error where there is no browser
 */
export async function settleAll(
  {
    only,
    http = ['1.1', '2'],
    folder,
  }: { only?: string[]; http?: Http[]; folder?: string },
  say: (settled: Settled) => void,
): Promise<Settled[]> {
  const chosen = findRows(only);
  if (folder !== undefined)
    attempt(`The recordings cannot be kept in ${folder}`, () =>
      makeFolder(folder),
    );
  const browser = await openTrustingBrowser();
  const all: Settled[] = [];
  try {
    const pages = await openPages(browser);
    for (const version of http) {
      for (const row of chosen) {
        const settled = await settleRow(pages, row, version, folder);
        settled.forEach(say);
        all.push(...settled);
      }
    }
  } finally {
    await browser.close();
  }
  return all;
}

/** A page for every column, each with a profile of its own. */
export type Pages = Record<Column, Page>;

/** Opens them: once for all rows, since that takes longer than most claims. */
export async function openPages(browser: Browser): Promise<Pages> {
  const opened = Object.keys(columns).map(async (column) => {
    const page = await browser.newPage();
    page.setDefaultTimeout(TIMEOUT);
    return [column, page] as const;
  });
  return Object.fromEntries(await Promise.all(opened)) as Pages;
}

/** Settles a row's claims side by side: each has a page and a tapped. */
export function settleRow(
  pages: Pages,
  row: ClaimRow,
  http: Http,
  folder?: string,
): Promise<Settled[]> {
  return Promise.all(
    row.claims.map((claim) =>
      settle(pages[claim.column], row, claim, http, folder),
    ),
  );
}

/** Settles one claim. What goes wrong is a word, too: `failed`. */
async function settle(
  page: Page,
  row: ClaimRow,
  claim: Claim,
  http: Http,
  folder?: string,
): Promise<Settled> {
  const pair = http === '2' ? await localCertificate() : undefined;
  const tapped = await startTappedClaims(pair);
  try {
    await page.goto(tapped.origins.origin);
    tapped.begin();
    const found = await Promise.race([
      Promise.all([
        page.evaluate(
          `(${asExpression(claim.inPage)})(${JSON.stringify(tapped.origins)})`,
        ),
        claim.meanwhile?.(tapped),
      ]).then(([result]) => claim.judge(result, tapped.seen)),
      new Promise<never>((_done, fail) => {
        setTimeout(
          () => fail(new Error(`no outcome in ${TIMEOUT} ms`)),
          TIMEOUT,
        ).unref();
      }),
    ]).catch((error: Error) => ({ word: 'failed', evidence: error.message }));
    const holds = found.word === wordOf(claim, http);
    const settled: Settled = { row, claim, http, ...found, holds };
    if (folder === undefined) return settled;
    const name = `${row.id}-${claim.column}-http${http}.pcapng`;
    const file = join(folder, name);
    await page.goto('about:blank'); // what the claim opened is closed, too
    await attempt(`The recording cannot be kept in ${file}`, () =>
      writeFile(file, saveRun(tapped.tap)),
    );
    return { ...settled, file };
  } finally {
    await tapped.close();
  }
}
