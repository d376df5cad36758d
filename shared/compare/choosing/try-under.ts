/** What a fault does to a way, measured with the lesson's own server and page. */
import { FaultError, parseFaults, type Fault } from '@on-the-wire/tap/tap.ts';
import type { Browser } from '@on-the-wire/browser/browser.ts';
import { deliveryOf, type Delivery } from '../measure.ts';
import { now } from '../clock.ts';
import { startHost, type MadeUpdate } from '../transports/start-host.ts';
import { meterTraffic } from '../subscribers/traffic-meter.ts';
import { openPageSubscriber } from '../subscribers/page-subscriber.ts';
import {
  transports as compared,
  type Transport as Compared,
} from '../transports/transports.ts';
import { ways, type Way } from './choose.ts';

/** What a fault did. */
export interface Tried {
  /** As after `pnpm compare --only`. */
  id: string;
  /** What was measured, in words. */
  words: string;
  /** ms until an update is seen, without the fault and with it: medians. */
  clean: number;
  broken: number;
  /** The same of those that were seen first: a busy machine adds least to it. */
  least: number;
  /** ms until the update that was seen last, without the fault and with it. */
  cleanLatest: number;
  latest: number;
  /** How many more updates are lost than without the fault. */
  lost: number;
}

const UPDATES = 8;
/** ms until the next update, and until one that does not come is given up. */
const [EVERY, TIMEOUT] = [60, 4_000];
/** ms for a page without a fault: only one that hangs takes longer. */
const LOADING = 60_000;
/** ms: a page that takes longer to report what it has seen is on a busy machine. */
const BUSY = 250;

interface Seen {
  /** ms until an update was seen: the median, the soonest and the latest. */
  ms: number;
  soonest: number;
  latest: number;
  /** Updates that never came one by one. */
  lost: number;
}

/** Why a text is not a fault, as `--fault` says it; undefined if it is one. */
export function whatIsWrongWith(fault: unknown): string | undefined {
  if (typeof fault !== 'string')
    return `${JSON.stringify(fault)} is not a text.`;
  try {
    parseFaults([fault]);
    return undefined;
  } catch (error) {
    if (error instanceof FaultError) return error.message;
    throw error;
  }
}

/**
 * Measures a way without a fault and then with it, on the same page.
 *
 * @param fault as after `--fault`
 * @throws FaultError if it is not a fault; Error if the page does not get so far without it
 */
export async function tryUnder(
  way: Way,
  fault: string,
  browser: Browser,
): Promise<Tried> {
  const { id } = ways[way];
  const { clean, broken } = await measureBoth(
    compared.find((each) => each.id === id)!,
    parseFaults([fault]),
    browser,
  );
  return {
    id,
    words:
      `${id}: seen after ${Math.round(clean.ms)} ms, ` +
      `with ${fault} ${inWords(broken, clean.lost)}`,
    clean: clean.ms,
    broken: broken.ms,
    least: broken.soonest - clean.soonest,
    cleanLatest: clean.latest,
    latest: broken.latest,
    lost: broken.lost - clean.lost,
  };
}

async function measureBoth(
  way: Compared,
  faults: readonly Fault[],
  browser: Browser,
): Promise<{ clean: Seen; broken: Seen }> {
  const host = await startHost(way, 'choose');
  const meter = await meterTraffic(host.port, []);
  const context = await browser.newContext();
  try {
    await host.allow(meter.port);
    const watched = await openPageSubscriber(context, meter.url, way.choose);
    const [first] = await host.makeUpdates(1, 0);
    await watched.reached(first!.n, first!.at, LOADING);
    const measure = async (timeoutMs: number): Promise<Seen> => {
      const made = await host.makeUpdates(UPDATES, EVERY);
      const last = made.at(-1)!;
      while (!(await hasReached(last, timeoutMs)));
      return seenOf(deliveryOf(made, await watched.arrivals()));
    };
    /** @throws Error if it never will */
    const hasReached = async ({ n, at }: MadeUpdate, timeoutMs: number) => {
      try {
        return await watched.reached(n, at, timeoutMs);
      } catch (error) {
        const started = now();
        await watched.arrivals();
        if (now() - started < BUSY) throw error;
        return undefined;
      }
    };
    const clean = await measure(LOADING);
    meter.tap.setFaults(faults);
    const broken = await measure(TIMEOUT).catch(async () => {
      await watched.arrivals(); // It still responds: the fault is the reason.
      return never;
    });
    return { clean, broken };
  } finally {
    await context.close();
    await meter.close();
    await host.stop();
  }
}

function seenOf({ times, lost }: Delivery): Seen {
  const sorted = times.toSorted((a, b) => a - b);
  const [soonest = Infinity] = sorted;
  const latest = sorted.at(-1) ?? Infinity;
  return { ms: sorted[sorted.length >> 1] ?? Infinity, soonest, latest, lost };
}

const never: Seen = seenOf({ times: [], lost: UPDATES, doubled: 0 });

function inWords({ ms, latest, lost }: Seen, before: number): string {
  if (ms === Infinity) return 'never';
  const more = lost - before;
  const gone = more > 0 ? `, and ${more} lost` : '';
  const last = latest > 2 * ms ? ` (one after ${Math.round(latest)} ms)` : '';
  return `after ${Math.round(ms)} ms${last}${gone}`;
}
