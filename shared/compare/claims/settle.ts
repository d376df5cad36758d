/** Runs claims in real browsers, each behind a tap of its own. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import type { Engine, Version } from '@on-the-wire/browser/engines.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import { startTappedClaims } from './tapped-claims.ts';
import {
  judged,
  wordOf,
  type Claim,
  type ClaimRow,
  type Found,
} from './claim.ts';
import { settleable } from './behind.ts';
import {
  openWindows,
  TIMEOUT,
  type ClaimWindow,
  type ClaimWindows,
} from './claim-window.ts';
import type { Http } from './columns.ts';
import { rows } from './rows/rows.ts';

/** What came of a claim. */
export interface Settled extends Found {
  /** Of the browser in which it ran. */
  version: Version;
  row: ClaimRow;
  claim: Claim;
  http: Http;
  /** Whether that is what the table says. */
  holds: boolean;
  /** The recording, where one was asked for. */
  file?: string;
}

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
 * Settles claims, row after row, in one engine after the other.
 *
 * @param http the versions of HTTP to do it over
 * @param folder where recordings are kept, a file for each claim; where there
 *   are several engines, in a folder for each
 * @param say gets each outcome as it is known
 * @throws UsageError (2), or Error where an engine is not installed
 */
export async function settleAll(
  {
    engines,
    only,
    http = ['1.1', '2'],
    folder,
  }: {
    engines: readonly Engine[];
    only?: string[];
    http?: Http[];
    folder?: string;
  },
  say: (settled: Settled) => void,
): Promise<Settled[]> {
  const chosen = findRows(only);
  const folders = engines.map(
    (engine) => folder && (engines.length > 1 ? join(folder, engine) : folder),
  );
  for (const each of folders)
    if (each !== undefined)
      attempt(`The recordings cannot be kept in ${each}`, () =>
        makeFolder(each),
      );
  const all: Settled[] = [];
  for (const [at, engine] of engines.entries()) {
    const windows = await openWindows(engine);
    try {
      for (const version of http) {
        for (const row of chosen) {
          const settled = await settleRow(windows, row, version, folders[at]);
          settled.forEach(say);
          all.push(...settled);
        }
      }
    } finally {
      await windows.close();
    }
  }
  return all;
}

/** Settles a row's claims side by side: each has a window and a server. */
export function settleRow(
  { of, version }: Pick<ClaimWindows, 'of' | 'version'>,
  row: ClaimRow,
  http: Http,
  folder?: string,
): Promise<Settled[]> {
  return Promise.all(
    row.claims.map((claim) =>
      settle(of[claim.column], { version, row, claim, http }, folder),
    ),
  );
}

/** Settles one claim. What goes wrong is a word, too: `failed`. */
async function settle(
  window: ClaimWindow,
  {
    version,
    row,
    claim,
    http,
  }: Pick<Settled, 'version' | 'row' | 'claim' | 'http'>,
  folder?: string,
): Promise<Settled> {
  const pair = http === '2' ? await localCertificate() : undefined;
  const running = settleable(row, claim, http);
  const tapped = await startTappedClaims(
    pair,
    (origins) => window.pageOf?.(running, origins) ?? '',
    [],
    running === claim ? row.behind : undefined,
  );
  try {
    const failing = Promise.withResolvers<never>();
    const begin = () => {
      tapped.begin();
      running.meanwhile?.(tapped).catch(failing.reject);
    };
    const late = new Error(`no outcome in ${TIMEOUT} ms`);
    const timer = setTimeout(() => failing.reject(late), TIMEOUT);
    const result = window.run(running, tapped.origins, begin);
    const found: Found = await Promise.race([result, failing.promise])
      .then((known) => judged(running, known, tapped))
      .catch((error: Error) => ({ word: 'failed', evidence: error.message }));
    clearTimeout(timer);
    const holds = found.word === wordOf(claim, http, version.engine);
    const settled: Settled = { version, row, claim, http, ...found, holds };
    if (folder === undefined) return settled;
    const name = `${row.id}-${claim.column}-http${http}.pcapng`;
    const file = join(folder, name);
    await window.leave(); // what the claim opened is closed, too
    await attempt(`The recording cannot be kept in ${file}`, () =>
      writeFile(file, saveRun(tapped.tap)),
    );
    return { ...settled, file };
  } finally {
    await tapped.close();
  }
}
