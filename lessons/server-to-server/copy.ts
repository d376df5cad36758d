/**
 * A copy of the station's board, kept from its news. What comes twice is taken
 * once; where some is missing, it is fetched from the source.
 */
import { EventEmitter } from 'node:events';
import type {
  Departure,
  News,
  Snapshot,
  Update,
} from '@on-the-wire/shared/board/update.ts';

/** Everything after an id; undefined where the source no longer knows it. */
export type Fetch = {
  updates(after: string): Promise<Update[] | undefined>;
  board(): Promise<Snapshot>;
};

const again = 200; // ms between two questions to the source, at least
const strangers = 8; // runs kept that the source does not know

export class BoardCopy extends EventEmitter<{ update: [News] }> {
  readonly counts = { taken: 0, twice: 0, gaps: 0, ignored: 0 };
  readonly #fetch: Fetch;
  readonly #kept: Update[] = [];
  readonly #history: number;
  #run = '';
  #n = -1;
  #departures: Departure[] = [];
  /** The number that somebody has heard of, and this copy has not. */
  #wanted: { run: string; n: number } | undefined;
  /** Runs that the source does not know: of an earlier life, or made up. */
  readonly #strangers = new Set<string>();
  #healing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Whether all we have is a board of the broker's, and nothing has fitted. */
  #isHearsay = false;

  /** @param history how many updates are kept for who comes back */
  constructor(fetch: Fetch, history = 1_000) {
    super();
    this.setMaxListeners(0); // one for each reader
    this.#fetch = fetch;
    this.#history = history;
  }

  get id(): string {
    return `${this.#run}-${this.#n}`;
  }

  /** Whether it has a board at all. */
  get isReady(): boolean {
    return this.#run !== '';
  }

  /** News from the broker: late, early, twice, just right; or none at all. */
  take(news: News | undefined): void {
    const [run, n] = parse(news?.id ?? '');
    const isOurs = run === this.#run;
    if (!news || this.#strangers.has(run))
      return void (this.counts.ignored += 1);
    // Our first board says what is yet to come, or this one is late: ask.
    if (isOurs && n < this.#n && this.#isHearsay) {
      this.#isHearsay = false;
      this.#wanted = { run, n: this.#n + 1 };
      void this.#heal();
    }
    if (isOurs && n <= this.#n) this.counts.twice += 1;
    else if (isOurs && n === this.#n + 1 && news.kind !== 'snapshot')
      this.#append(news);
    else if (!this.isReady && news.kind === 'snapshot') {
      this.#replace(news);
      this.#isHearsay = true;
    } else {
      // Some is missing, or the station has a new life: ask the source.
      this.#wanted = { run, n };
      void this.#heal();
    }
  }

  /**
   * What came after an id, or the whole board: never a silent gap.
   *
   * @throws where nothing can be said without one
   */
  async missed(lastId: string): Promise<News[]> {
    if (!this.isReady) throw new Error('No board has come yet.');
    const [run, n] = parse(lastId);
    if (run !== this.#run) return [this.snapshot()];
    const missing = this.#n - n;
    if (missing >= 0 && missing <= this.#kept.length)
      return missing === 0 ? [] : this.#kept.slice(-missing);
    // From before our time; or from the other gateway, which heard it sooner.
    // Who is ahead of us gets no older board, but the advice to ask elsewhere.
    const updates = await this.#fetch.updates(lastId).catch((error) => {
      if (missing < 0) throw error;
    });
    return updates ?? [this.snapshot()];
  }

  snapshot(): Snapshot {
    const departures = [...this.#departures];
    const data = { run: this.#run, n: this.#n, departures };
    return { id: this.id, kind: 'snapshot', data };
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.removeAllListeners();
  }

  /** Asks the source until it has answered, however often some was missing. */
  #heal(): Promise<void> {
    this.counts.gaps += this.#healing ? 0 : 1;
    this.#healing ??= this.#ask().finally(() => (this.#healing = undefined));
    return this.#healing;
  }

  async #ask(): Promise<void> {
    while (!this.#closed && this.#isBehind()) {
      const asked = this.#wanted!;
      try {
        const updates = this.isReady
          ? await this.#fetch.updates(this.id)
          : undefined;
        // Some may have come by the broker while we asked.
        for (const update of updates ?? [])
          if (parse(update.id)[1] === this.#n + 1) this.#append(update);
        if (updates === undefined) this.#replace(await this.#fetch.board());
        // What the source has published, it has: what it does not know by now
        // it never will, and is not asked for again.
        if (asked.run !== this.#run) this.#ignore(asked.run);
        const { run } = this.#wanted!;
        if (this.#wanted === asked || this.#strangers.has(run))
          this.#wanted = undefined;
      } catch {
        // The source is away. What is missing is still wanted.
      }
      if (this.#closed) return;
      await new Promise((done) => (this.#timer = setTimeout(done, again)));
    }
  }

  #ignore(run: string): void {
    this.counts.ignored += 1;
    this.#strangers.add(run);
    const [oldest] = this.#strangers;
    if (this.#strangers.size > strangers) this.#strangers.delete(oldest!);
  }

  #isBehind(): boolean {
    if (!this.#wanted) return false;
    const { run, n } = this.#wanted;
    return run !== this.#run || n > this.#n;
  }

  #append(update: Update): void {
    this.counts.taken += 1;
    this.#isHearsay = false;
    this.#n = update.data.n;
    this.#kept.push(update);
    if (this.#kept.length > this.#history) this.#kept.shift();
    if (update.kind === 'departure') {
      const { n: _n, replaces, ...row } = update.data;
      const at = this.#departures.findIndex(
        ({ train }) => train === (replaces ?? row.train),
      );
      if (at >= 0) this.#departures[at] = row;
      else this.#departures.push(row);
    }
    this.emit('update', update);
  }

  #replace({ id, kind, data }: Snapshot): void {
    this.#isHearsay = false;
    this.#run = data.run;
    this.#n = data.n;
    this.#departures = [...data.departures];
    this.#kept.length = 0;
    this.emit('update', { id, kind, data });
  }
}

function parse(id: string): [run: string, n: number] {
  const [run = '', n] = id.split('-');
  return [run, /^\d+$/.test(n ?? '') ? Number(n) : NaN];
}
