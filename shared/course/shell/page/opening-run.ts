/**
 * Plays the opening of a lesson: does what a press does, and finds in this run
 * what is to be shown of it. Nothing is made up: texts are the bytes of units,
 * numbers are their places, and what the page shows is what it tells.
 */
import type { Details, Line } from '@on-the-wire/viewer/source.ts';
import { live } from '@on-the-wire/viewer/pane/live.ts';
import type { Condition } from '../../conditions/condition.ts';
import type { Act, OpeningPart } from '../../conditions/opening.ts';
import { isBehind, pageNames, Watch } from '../../conditions/watch.ts';
import {
  cheapestExchange,
  sightOf,
  keepExchange,
  type OpeningSight,
} from './opening-sights.ts';
import { freshValues, pressInPage, watchPage } from './lesson-page.ts';
import { proxy } from './proxy.ts';

/** What cannot be shown, and what to do about it. */
export class OpeningError extends Error {}

const MOST_MS = 60_000; // for all of it, on a machine with much else to do
const AGAIN_MS = 100; // between two presses: the board changes every second
const LOOK_MS = 50;
const PAGE_MS = 250; // until a page shows what it got
const MOST_LOOKS = 12; // at something that changes all the time
const LONG = 80; // characters

/** What came since the press; nothing is kept while none was pressed. */
let came: Line[] | undefined;

/** Follows the run; call it before the first lines come. */
export function followForOpening(): void {
  live.follow(({ lines }) => {
    for (const line of lines) if (!isBehind(line, proxy)) keepExchange(line);
    came?.push(...lines);
  });
}

/**
 * Does what a press does, and tells each sight as soon as it is there.
 *
 * @param tell gets its place among `shown`, too
 * @throws OpeningError if something does not come within a minute
 */
export async function playOpening(
  acts: readonly Act[],
  shown: readonly OpeningPart[],
  tell: (at: number, sight: OpeningSight) => void,
): Promise<void> {
  came = [];
  const until = performance.now() + MOST_MS;
  const own = new OwnFaults();
  try {
    await doAll(acts, until, own);
    // Before that, the page may still show what an earlier press has brought.
    await findAll(shown, until, tell);
  } finally {
    came = undefined;
    await own.lift();
  }
}

// ---- What is done ----

async function doAll(
  acts: readonly Act[],
  until: number,
  own: OwnFaults,
): Promise<void> {
  let last = '';
  for (const each of acts)
    switch (each.act) {
      case 'cut':
        await request('POST', '/wire/cut', { how: 'rst', within: 'event' });
        break;
      case 'fault':
        await own.set(each.fault);
        break;
      case 'mend':
        await own.lift();
        break;
      case 'page':
        last = each.control;
        await press(last, until);
        break;
      case 'until': {
        const again = each.again ? () => press(last, until) : undefined;
        await fulfilled(each.condition, until, again);
      }
    }
}

/** A page that was just opened may not have the control yet. */
async function press(control: string, until: number): Promise<void> {
  for (;;) {
    const { found, disabled } = await pressInPage(control);
    if (found && !disabled) return;
    if (performance.now() > until)
      throw new OpeningError(
        `The page has no “${control}” that can be pressed. Is it open? Then press again.`,
      );
    await wait(LOOK_MS);
  }
}

async function request(
  method: string,
  path: string,
  body: object,
): Promise<unknown> {
  const response = await fetch(path, {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new OpeningError(await response.text());
  return response.json();
}

/** The faults of this press, beside those that the learner has set. */
class OwnFaults {
  readonly #own: string[] = [];

  async set(fault: string): Promise<void> {
    const before = await faultsNow();
    if (before.includes(fault)) return;
    await request('PUT', '/wire/faults', { faults: [...before, fault] });
    // As the shell writes it.
    this.#own.push(
      ...(await faultsNow()).filter((each) => !before.includes(each)),
    );
  }

  async lift(): Promise<void> {
    const own = this.#own.splice(0);
    if (own.length === 0) return;
    const faults = (await faultsNow()).filter((each) => !own.includes(each));
    await request('PUT', '/wire/faults', { faults });
  }
}

async function faultsNow(): Promise<string[]> {
  const response = await fetch('/wire/faults');
  const { now } = (await response.json()) as { now: { text: string }[] };
  return now.map(({ text }) => text);
}

// ---- What is found ----

const tooLong = () =>
  new OpeningError(
    'Not all of it has come within a minute. Press again; if a fault is set, mend it first.',
  );

async function fulfilled(
  condition: Condition,
  until: number,
  again?: () => Promise<void>,
): Promise<void> {
  let pressed = performance.now();
  const search = new Search(condition, 0);
  try {
    while (!(await search.isFulfilled())) {
      if (performance.now() > until) throw tooLong();
      if (again && performance.now() - pressed > AGAIN_MS) {
        await again();
        pressed = performance.now();
      }
      await wait(LOOK_MS);
    }
  } finally {
    search.stop();
  }
}

async function findAll(
  shown: readonly OpeningPart[],
  until: number,
  tell: (at: number, sight: OpeningSight) => void,
): Promise<void> {
  /** Each unit is looked for behind the one before. */
  let before: Line | undefined;
  const found: (() => Promise<void>)[] = [];
  for (const [at, show] of shown.entries()) {
    if ('cost' in show) {
      tell(at, await cheapestExchange());
      continue;
    }
    const search = new Search(show.condition, before ? before.n + 1 : 0);
    try {
      while (!(await search.isFulfilled())) {
        if (!came || performance.now() > until) throw tooLong();
        await wait(LOOK_MS);
      }
    } finally {
      search.stop();
    }
    const { line, values, fields } = search;
    const what = { line, values, fields, before };
    const look = async () =>
      tell(at, await sightOf({ ...what, came: came ?? [] }));
    await look();
    found.push(look);
    before = line ?? before;
  }
  // What has come since may say more about the first.
  for (const look of found) await look();
}

/** Looks for what fulfils a condition, among what has come and comes. */
class Search {
  /** What the page shows now, of what the condition names. */
  values: string[] = [];
  /** The line of the wire that was found, where the condition asks for one. */
  line: Line | undefined;
  /** The headers that the condition names. */
  readonly fields: string[];
  readonly #condition: Condition;
  readonly #watch: Watch;
  readonly #names: string[];
  readonly #stop: () => void;
  #from: number;

  /** @param from the number of the first line that counts */
  constructor(condition: Condition, from: number) {
    this.#condition = condition;
    this.fields = condition.flatMap((atom) =>
      atom.what === 'unit' ? (atom.field ?? []) : [],
    );
    this.#watch = new Watch(
      condition.filter(({ what }) => what !== 'page'),
      () => false,
      proxy,
    );
    this.#names = pageNames(condition);
    this.#stop =
      this.#names.length > 0 ? watchPage(this.#names, () => {}) : () => {};
    this.#from = from;
  }

  async isFulfilled(): Promise<boolean> {
    for (const line of came ?? []) {
      if (line.n < this.#from) continue;
      this.#from = line.n + 1;
      const details = await this.#detailsOf(line);
      this.#watch.tell({ what: 'line', line, details: () => details });
    }
    const lasting = { page: new Map(), faults: [], hadFaults: false };
    const evidence = this.#watch.evidence(lasting);
    if (!evidence) return false;
    this.line ??= came?.find(({ n }) => n === evidence.unit);
    return this.#names.length === 0 || this.#pageFits();
  }

  /**
   * What the page has shown before those lines came does not count; nor does
   * what is still on its way to something else.
   */
  async #pageFits(): Promise<boolean> {
    let fresh: Record<string, string> = {};
    for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
      await wait(PAGE_MS);
      const before = JSON.stringify(fresh);
      fresh = await freshValues();
      if (JSON.stringify(fresh) === before) break;
    }
    const page = new Map(Object.entries(fresh));
    this.values = pageValues(this.#condition, page);
    const watch = new Watch(
      this.#condition.filter(({ what }) => what === 'page'),
      () => false,
    );
    const lasting = { page, faults: [], hadFaults: false };
    return watch.evidence(lasting) !== undefined;
  }

  /** A unit's fields are read only where the condition names one. */
  async #detailsOf(line: Line): Promise<Details | undefined> {
    const reads = this.#condition.some(
      (atom) =>
        atom.what === 'unit' &&
        atom.kind === line.kind &&
        atom.field !== undefined,
    );
    return reads ? live.readDetails(line.n) : undefined;
  }

  stop(): void {
    this.#stop();
  }
}

/** What the page shows; of a long text only what was looked for in it. */
function pageValues(
  condition: Condition,
  page: ReadonlyMap<string, string>,
): string[] {
  return condition.flatMap((atom) => {
    if (atom.what !== 'page') return [];
    const value = page.get(atom.name);
    if (value === undefined) return [];
    const isLong = value.length > LONG && atom.test.how === 'has';
    return [isLong && 'text' in atom.test ? atom.test.text : value];
  });
}

function wait(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
