/** Claims that run in the learner's own browser, in a frame of the home page. */
import { randomUUID } from 'node:crypto';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { startTappedClaims } from '@on-the-wire/compare/claims/tapped-claims.ts';
import { settleable } from '@on-the-wire/compare/claims/behind.ts';
import {
  judged,
  type Claim,
  type ClaimOrigins,
  type ClaimRow,
  type TappedClaims,
} from '@on-the-wire/compare/claims/claim.ts';
import { columns, type Http } from '@on-the-wire/compare/claims/columns.ts';
import { asExpression } from '@on-the-wire/compare/claims/as-expression.ts';
import { saveRun } from '@on-the-wire/viewer/saved/save.ts';
import { locationOf } from '@on-the-wire/viewer/saved/saved.ts';
import { ClaimAddresses } from './claim-addresses.ts';
import type { AddressesMessage, ClaimOutcome, Started } from './messages.ts';

/** As many recordings are kept; a whole table is 64. */
const MOST = 128;
/** ms until a claim whose page has gone gives its addresses to another. */
const TIMEOUT = 20_000;

interface Run {
  row: ClaimRow;
  claim: Claim;
  http: Http;
  tapped: TappedClaims;
  /** Gives its addresses to others, once it has ended. */
  giveBack: () => void;
  /** What went wrong with what is done to its connections. */
  broken: unknown[];
}

/** What was on the wire, as a pcapng file, and what it is called. */
export interface Recorded {
  title: string;
  bytes: Uint8Array;
}

/** A run that is not there: it has ended, or never began. */
export class NoSuchRun extends Error {}

/** Starts claims, judges them, and keeps what was on the wire. */
export class ClaimRuns {
  readonly #running = new Map<string, Run>();
  readonly #addresses = new ClaimAddresses();
  readonly #recordings = new Map<string, Recorded>();
  #closed = false;

  /**
   * Starts a server behind a tap for one claim.
   *
   * @param home the origin of the page that frames it: it listens to no other
   */
  async start(
    { row, claim: asked, http }: Pick<Run, 'row' | 'claim' | 'http'>,
    home: string,
  ): Promise<Started> {
    const claim = settleable(row, asked, http);
    const behind = claim === asked ? row.behind : undefined;
    const pair = http === '2' ? await localCertificate() : undefined;
    const taken = pair && (await this.#take());
    const giveBack = taken?.giveBack ?? (() => {});
    const page = (places: ClaimOrigins) => pageOf(claim, places, home);
    const tapped = await startTappedClaims(
      pair,
      page,
      taken?.ports,
      behind,
    ).catch((error: unknown) => {
      giveBack();
      throw error;
    });
    const run = randomUUID();
    this.#running.set(run, {
      row,
      claim,
      http,
      tapped,
      giveBack,
      broken: [],
    });
    // It was on its way when all were ended.
    if (this.#closed) {
      await this.stop(run);
      throw new Error('the home page is closed');
    }
    return { run, url: `${tapped.origins.origin}/run` };
  }

  /** The frame has loaded: from here on what is on the wire is the claim's. */
  begin(id: string): void {
    const run = this.#find(id);
    run.tapped.begin();
    // It may never end: WebKitGTK is not told of a cut over HTTP/2.
    run.claim.meanwhile?.(run.tapped).catch((error) => run.broken.push(error));
  }

  /** Judges the page's result, and keeps the recording. */
  async judge(id: string, result: unknown): Promise<ClaimOutcome> {
    const { row, claim, http, tapped, broken } = this.#find(id);
    if (broken.length > 0) throw broken[0]; // what was done to it did not work
    const found = judged(claim, result, tapped);
    // It opens at the claim's first unit, past the loading of the frame.
    const [first] = tapped.seen;
    const chosen = first && locationOf(first.connection, first.unit);
    const title = `${row.title}: ${columns[claim.column]}, HTTP/${http}`;
    this.#keep(id, { title, bytes: saveRun(tapped.tap, { chosen }) });
    await this.stop(id);
    return found;
  }

  /** Ends one, judged or not. */
  async stop(id: string): Promise<void> {
    const run = this.#running.get(id);
    this.#running.delete(id);
    await run?.tapped.close();
    run?.giveBack();
  }

  /** @see ClaimAddresses.offer */
  offer(home: string): Promise<AddressesMessage> {
    return this.#addresses.offer(home);
  }

  /** Waits for the addresses; a page that has gone does not keep them. */
  async #take() {
    const held = [...this.#running].filter(([, { http }]) => http === '2');
    const late = setTimeout(() => {
      for (const [id] of held) void this.stop(id);
    }, TIMEOUT);
    const taken = await this.#addresses.take();
    clearTimeout(late);
    return taken;
  }

  recording(id: string): Recorded | undefined {
    return this.#recordings.get(id);
  }

  /** Ends all. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running.keys()].map((id) => this.stop(id)));
    await this.#addresses.close();
  }

  #find(id: string): Run {
    const run = this.#running.get(id);
    if (!run) throw new NoSuchRun(`No claim runs as "${id}".`);
    return run;
  }

  #keep(id: string, recording: Recorded): void {
    this.#recordings.set(id, recording);
    const [oldest] = this.#recordings.keys();
    if (this.#recordings.size > MOST) this.#recordings.delete(oldest!);
  }
}

/** The page of one claim: it reports that it has loaded, waits for `begin`, and posts its result. */
function pageOf(claim: Claim, places: ClaimOrigins, home: string): string {
  // In a script nothing may end it, nor begin a comment.
  const safe = (text: string) => text.replaceAll('<', '\\u003c');
  return `<!doctype html>
<link rel="icon" href="data:,">
<title>A claim</title>
<script type="module">
const home = ${safe(JSON.stringify(home))};
const places = ${safe(JSON.stringify(places))};
const inPage = ${asExpression(claim.inPage)};
addEventListener('message', async ({ data, origin }) => {
  if (origin !== home || data !== 'begin') return;
  try {
    parent.postMessage({ result: await inPage(places) }, home);
  } catch (error) {
    parent.postMessage({ failed: String(error) }, home);
  }
});
parent.postMessage('ready', home);
</script>
`;
}
