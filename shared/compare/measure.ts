/** One turn of a transport: a fresh server, a tap, a real page, and the figures. */
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import type { InstalledProxy } from '@on-the-wire/proxies/find.ts';
import type { Fault } from '@on-the-wire/tap/tap.ts';
import type { Browser } from '@on-the-wire/browser/browser.ts';
import { startHost, type MadeUpdate } from './transports/start-host.ts';
import type { Arrival } from './report/notes.ts';
import type { Subscriber } from './subscribers/subscriber.ts';
import { openCopySubscriber } from './subscribers/copy-subscriber.ts';
import { openPageSubscriber } from './subscribers/page-subscriber.ts';
import { meterTraffic, type Traffic } from './subscribers/traffic-meter.ts';
import { now } from './clock.ts';
import { startProxyBefore } from './transports/behind.ts';
import type { Transport } from './transports/transports.ts';

/** What all turns of a run have in common. */
export interface Conditions {
  /** How many updates are made in one turn, and ms from one to the next. */
  updates: number;
  every: number;
  seed: string;
  faults: readonly Fault[];
  /** Whether a cut and a restart are tried, too. */
  recover: boolean;
  /** What stands before the server; over HTTP/2 in the place of our gateway. */
  behind?: InstalledProxy;
}

/** What became of a series of updates. */
export interface Delivery {
  /** For each update ms until the page's board showed it, in order. */
  times: number[];
  /** Updates that did not arrive one by one, although the board may be right. */
  lost: number;
  /** Arrivals of an update that had arrived before. */
  doubled: number;
}

/** How a page reconnected. */
export interface Recovery {
  /** ms until an update that was made afterwards had arrived. */
  ms: number;
  lost: number;
  doubled: number;
}

/** The figures of one turn. */
export interface Turn {
  delivery: Delivery;
  traffic: Traffic;
  /** After all connections were reset. */
  cut?: Recovery;
  /** After the server was restarted: `lost` does not apply. */
  restart?: Recovery;
}

/** Longest wait for one thing, in ms. */
const TIMEOUT = 20_000;
/** If nothing is sent for so many ms, everything was sent. */
const QUIET = 60;
/** ms between two updates while a client is disconnected. */
const PAUSE = 50;

/**
 * Measures one turn of a transport.
 *
 * @throws Error that says what did not arrive
 */
export async function measureTurn(
  transport: Transport,
  browser: Browser,
  { updates, every, seed, faults, recover, behind }: Conditions,
): Promise<Turn> {
  const deployed = behind
    ? { ...transport, over: 'HTTP/1.1' as const }
    : transport;
  const host = await startHost(deployed, seed);
  const pair =
    transport.over === 'HTTP/2' ? await localCertificate() : undefined;
  const proxy =
    behind &&
    (await startProxyBefore(behind, host.port, pair).catch(async (error) => {
      await host.stop();
      throw error;
    }));
  const line = await meterTraffic(proxy?.port ?? host.port, faults, pair);
  const context = await browser.newContext();
  let copy: Subscriber | undefined;
  try {
    return await Promise.race([measured(), host.crashed]);
  } finally {
    await copy?.close();
    await context.close();
    await line.close();
    await proxy?.stop();
    await host.stop();
  }

  async function measured(): Promise<Turn> {
    await host.allow(line.port);
    if (transport.over === 'MQTT 3.1.1') {
      const [station] = host.others;
      const broker = `mqtt://127.0.0.1:${line.port}`;
      const source = `http://127.0.0.1:${station}`;
      copy = await openCopySubscriber(
        transport.lesson,
        broker,
        source,
        TIMEOUT,
      );
    }
    const watched =
      copy ?? (await openPageSubscriber(context, line.url, transport.choose));

    // It is ready when one update has arrived.
    let [last] = await host.makeUpdates(1, 0);
    await watched.reached(last!.n, last!.at, TIMEOUT);
    await line.quiet(QUIET, TIMEOUT);

    line.begin();
    const made = await host.makeUpdates(updates, every);
    last = made.at(-1)!;
    await watched.reached(last.n, last.at, TIMEOUT);
    await line.quiet(QUIET, 1_000);
    const traffic = line.traffic();
    const delivery = deliveryOf(made, await watched.arrivals());
    if (!recover) return { delivery, traffic };

    const cut = await recoverFromCut();
    const restart = await recoverFromRestart();
    return { delivery, traffic, cut, restart };

    async function recoverFromCut(): Promise<Recovery> {
      const from = (await watched.arrivals()).length;
      line.tap.cut('rst');
      const at = now();
      const during = await host.makeUpdates(10, PAUSE);
      const first = await recoveredAt(during[0]!.n, at);
      // All of them, and one more: duplicates have arrived by then.
      const [more] = await host.makeUpdates(1, 0);
      await watched.reached(more!.n, more!.at, TIMEOUT);
      const after = (await watched.arrivals()).slice(from);
      const { lost, doubled } = deliveryOf([...during, more!], after);
      return { ms: first.at - at, lost, doubled };
    }

    /** Some learn only from the next update that they have missed others. */
    async function recoveredAt(n: number, since: number): Promise<Arrival> {
      while (now() - since < TIMEOUT) {
        const arrival = await watched.reached(n, since, PAUSE).catch(() => {});
        if (arrival) return arrival;
        await host.makeUpdates(1, 0);
      }
      throw new Error(
        `${transport.id}: has not recovered ${TIMEOUT} ms after a cut`,
      );
    }

    async function recoverFromRestart(): Promise<Recovery> {
      const at = await host.restart();
      const [first] = await host.makeUpdates(1, 0);
      const arrived = await watched.reached(first!.n, at, TIMEOUT);
      return { ms: arrived.at - at, lost: 0, doubled: 0 };
    }
  }
}

/**
 * Compares the updates that were made with what arrived.
 *
 * @param made the updates that the feed made, in order
 * @param arrivals what reached the board since, in order
 */
export function deliveryOf(
  made: readonly MadeUpdate[],
  arrivals: readonly Arrival[],
): Delivery {
  const times: number[] = [];
  const seen = new Map<number, number>();
  for (const { kind, n } of arrivals)
    if (kind === 'update') seen.set(n, (seen.get(n) ?? 0) + 1);
  let lost = 0;
  let doubled = 0;
  for (const { n, at } of made) {
    // A snapshot or an update after n shows this update, too.
    const shown = arrivals.find(
      (arrival) => arrival.n >= n && arrival.at >= at,
    );
    if (shown) times.push(shown.at - at);
    const count = seen.get(n) ?? 0;
    if (count === 0) lost += 1;
    else doubled += count - 1;
  }
  return { times, lost, doubled };
}
