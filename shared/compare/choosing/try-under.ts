/**
 * What a fault does to a way, measured with the lesson's own server and page.
 * The page is open twice at the same time, with the fault and without it, and
 * both get the same updates: a busy machine delays both.
 */
import { setTimeout as wait } from 'node:timers/promises';
import {
  createTap,
  FaultError,
  parseFaults,
  type Fault,
  type SeparateListener,
  type Tap,
} from '@on-the-wire/tap/tap.ts';
import type { Page } from '@on-the-wire/browser/page.ts';
import { deliveryOf } from '../measure.ts';
import { now } from '../clock.ts';
import type { Arrival } from '../report/notes.ts';
import { medianOf } from '../statistics.ts';
import {
  startHost,
  type Host,
  type MadeUpdate,
} from '../transports/start-host.ts';
import {
  firstInFrame,
  openFramedPages,
  type FramedPages,
} from '../subscribers/framed-pages.ts';
import {
  transports as compared,
  type Transport as Compared,
} from '../transports/transports.ts';
import { ways, type Way } from './choose.ts';

/** A fault that is tried on a way. */
export interface Trial {
  way: Way;
  /** As after `--fault`. */
  fault: string;
  /** ms later than without the fault: so much is too late. */
  late: number;
  /** Whether an update must not be lost, either. */
  keepsAll: boolean;
}

/** What a fault did. */
export interface Tried {
  /** As after `pnpm compare --only`. */
  id: string;
  /** What was measured, in words. */
  words: string;
  /** Whether updates came too late, or never. */
  hurts: boolean;
}

/** The machine did not get so far, or a server ended: nothing was measured. */
export class NotMeasured extends Error {
  override name = 'NotMeasured';
}

/** ms from one update to the next. */
const EVERY = 25;
/** So many under a fault that hurts nothing: a second, and it may strike late. */
const UPDATES = 40;
/**
 * What holds bytes back is seen to do so by most updates, or by so many in a row
 * that are later by so many ms more: on a busy machine some of them always are.
 */
const [STEADY, MARGIN] = [8, 100];
/** What cuts delays an update now and then, and no busy machine does that. */
const cutting = ['reset', 'limit', 'idle'];
/**
 * ms without an update that the other page shows: it never comes. A page that
 * polls does so many times meanwhile, as its timeouts run out sooner.
 */
const [NEVER, POLLING_PACE] = [600, 20];
/** ms: only a machine that has stopped is so long without an update. */
const HANGS = 60_000;

/** Why a text is not a fault, as `--fault` says it; undefined if it is one. */
export function whatIsWrongWith(fault: unknown): string | undefined {
  if (typeof fault !== 'string')
    return `${JSON.stringify(fault)} is not a text.`;
  try {
    const link = parseFaults([fault]).find((each) => each.link)?.link;
    return link && `There is no link "${link}": a page has one connection.`;
  } catch (error) {
    if (error instanceof FaultError) return error.message;
    throw error;
  }
}

/**
 * Tries faults on ways, all at the same time.
 *
 * @param opened becomes an empty page, in which all pages are frames
 * @throws FaultError where one is not a fault
 * @throws NotMeasured
 */
export async function tryUnder(
  trials: readonly Trial[],
  opened: Promise<Page>,
): Promise<Tried[]> {
  const tap = createTap({
    target: { host: '127.0.0.1', port: 9 },
    recordingSize: 64 * 1024,
  });
  const lessons = new Lessons(tap);
  let pages: FramedPages | undefined;
  try {
    const [page, ...subjects] = await Promise.all([
      opened,
      ...trials.map((trial) => lessons.subject(trial)),
    ]);
    // A process takes one request at a time.
    for (const { host, ports } of subjects)
      for (const { port } of ports) await host.allow(port);
    const framed = subjects.flatMap((subject) => subject.framed());
    pages = await openFramedPages(page, framed);
    await Promise.race([measure(subjects, pages), lessons.crashed()]);
    return subjects.map((subject) => subject.tried());
  } finally {
    pages?.close();
    await Promise.all([tap.close(), lessons.stop()]);
  }
}

/** Makes updates until it is certain what each fault does. */
async function measure(subjects: Subject[], pages: FramedPages) {
  let last = now();
  for (let next = wait(0); ;) {
    await next;
    next = wait(EVERY);
    const left = subjects.filter((subject) => !subject.isCertain);
    if (left.length === 0) return;
    await Promise.all(
      [...new Set(left.map(({ host }) => host))].map(async (host) => {
        const [made] = await host.makeUpdates(1, 0);
        for (const subject of left)
          if (subject.host === host) subject.made.push(made!);
      }),
    );
    const news = await pages.news();
    if (news.some((arrivals) => arrivals.length > 0)) last = now();
    if (now() - last > HANGS)
      throw new NotMeasured(
        `No page has shown anything for ${HANGS / 1_000} s`,
      );
    for (const [at, subject] of subjects.entries())
      subject.look(news[2 * at]!, news[2 * at + 1]!);
  }
}

interface Started {
  host: Host;
  /** A way to it without a fault, which all share. */
  clean: SeparateListener;
}

/** The servers of the lessons, each in one process, whoever needs it. */
class Lessons {
  readonly #tap: Tap;
  readonly #started = new Map<string, Promise<Started>>();

  constructor(tap: Tap) {
    this.#tap = tap;
  }

  /** Starts the server for it, where no other has done so. */
  async subject(trial: Trial): Promise<Subject> {
    const way = compared.find(({ id }) => id === ways[trial.way].id)!;
    const started = this.#started.get(way.lesson) ?? this.#start(way);
    this.#started.set(way.lesson, started);
    const { host, clean } = await started;
    const broken = await this.#listen(host);
    return new Subject(trial, way, host, clean, broken);
  }

  async #start(way: Compared): Promise<Started> {
    const host = await startHost(way, 'choose', firstInFrame);
    return { host, clean: await this.#listen(host) };
  }

  /** Another way to it, for faults of its own. */
  #listen({ port }: Host): Promise<SeparateListener> {
    const target = { host: '127.0.0.1', port };
    return this.#tap.listenSeparately(target, undefined, 1);
  }

  /** Rejects when one ends that should not. */
  async crashed(): Promise<never> {
    const hosts = await Promise.all(this.#started.values());
    try {
      return await Promise.race(hosts.map(({ host }) => host.crashed));
    } catch (error) {
      throw new NotMeasured((error as Error).message);
    }
  }

  async stop(): Promise<void> {
    const all = await Promise.allSettled(this.#started.values());
    await Promise.all(
      all.map((each) => each.status === 'fulfilled' && each.value.host.stop()),
    );
  }
}

/** A way without a fault and with it, and what each has shown. */
class Subject {
  readonly trial: Trial;
  readonly way: Compared;
  readonly host: Host;
  /** Without the fault, and with it. */
  readonly ports: readonly [SeparateListener, SeparateListener];
  /** Updates since the fault; before it, since both pages are ready. */
  made: MadeUpdate[] = [];
  isCertain = false;
  readonly #faults: readonly Fault[];
  readonly #clean: Arrival[] = [];
  readonly #broken: Arrival[] = [];
  readonly #cuts: boolean;
  #isBroken = false;
  #hurts = false;

  constructor(
    trial: Trial,
    way: Compared,
    host: Host,
    clean: SeparateListener,
    broken: SeparateListener,
  ) {
    this.trial = trial;
    this.way = way;
    this.host = host;
    this.#faults = parseFaults([trial.fault]);
    this.#cuts = this.#faults.some(({ name }) => cutting.includes(name));
    this.ports = [clean, broken];
  }

  /** Its pages: first the one without the fault. */
  framed() {
    const { choose } = this.way;
    const pace = this.trial.late === Infinity ? POLLING_PACE : 1;
    const [clean, broken] = this.ports;
    const page = ({ port }: SeparateListener, waitsLongest: boolean) => {
      const url = `http://127.0.0.1:${port}/`;
      return { url, choose, pace, waitsLongest };
    };
    // In a day some page draws nearly the longest wait: here the first one does.
    return [page(clean, false), page(broken, true)];
  }

  /** Takes what has arrived, and finds out whether it is certain now. */
  look(clean: readonly Arrival[], broken: readonly Arrival[]): void {
    this.#clean.push(...clean);
    this.#broken.push(...broken);
    if (this.isCertain) return;
    const isShown = ({ n, at }: MadeUpdate) =>
      shown(this.#clean, n, at) !== undefined &&
      shown(this.#broken, n, at) !== undefined;
    if (!this.#isBroken) {
      if (this.made.filter(isShown).length < 2) return;
      this.ports[1].setFaults(this.#faults);
      this.#isBroken = true;
      this.made = [];
      return;
    }
    this.#hurts = this.#isLate() || this.#hasLost();
    const last = this.made[UPDATES - 1];
    this.isCertain = this.#hurts || (last !== undefined && isShown(last));
  }

  #isLate(): boolean {
    const { late } = this.trial;
    const latest = this.#clean.at(-1)!.at;
    const more = this.made.flatMap(({ n, at }) => {
      const one = shown(this.#clean, n, at);
      const other = shown(this.#broken, n, at);
      if (!one) return [];
      if (other) return [other.at - one.at];
      const sofar = latest - one.at;
      return [late === Infinity && sofar >= NEVER ? Infinity : sofar];
    });
    const count = more.filter((ms) => ms >= late).length;
    if (this.#cuts && count >= 2) return true;
    let row = 0;
    for (const ms of more) {
      row = ms >= late + MARGIN ? row + 1 : 0;
      if (row === STEADY) return true;
    }
    return count > UPDATES / 2;
  }

  #hasLost(): boolean {
    if (!this.trial.keepsAll) return false;
    // What comes after it has come without it.
    const last = Math.max(...this.#broken.map(({ n }) => n));
    const due = this.made.filter(({ n }) => n <= last);
    const lost = (arrivals: Arrival[]) => deliveryOf(due, arrivals).lost;
    return lost(this.#broken) > lost(this.#clean);
  }

  tried(): Tried {
    const { id } = this.way;
    // What was made later may still be on its way.
    const made = this.made.slice(0, UPDATES);
    const clean = deliveryOf(made, this.#clean);
    const broken = deliveryOf(made, this.#broken);
    const before = Math.round(medianOf(clean.times));
    const words = `${id}: seen after ${before} ms, with ${this.trial.fault} ${inWords(broken.times, broken.lost - clean.lost)}`;
    return { id, words, hurts: this.#hurts };
  }
}

/** The first that shows this update. */
const shown = (arrivals: readonly Arrival[], n: number, since: number) =>
  arrivals.find((each) => each.n >= n && each.at >= since);

function inWords(times: number[], lost: number): string {
  if (times.length === 0) return 'never';
  const ms = medianOf(times);
  const latest = Math.max(...times);
  const last = latest > 2 * ms ? ` (one after ${Math.round(latest)} ms)` : '';
  const gone = lost > 0 ? `, and ${lost} lost` : '';
  return `after ${Math.round(ms)} ms${last}${gone}`;
}
