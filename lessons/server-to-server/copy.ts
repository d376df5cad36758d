/**
 * A copy of the station's board, kept from its news. What comes twice is taken
 * once; where some is missing, it is fetched from the source.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
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

const again = 200; // ms until the source is asked again

export class BoardCopy extends EventEmitter<{ update: [News] }> {
  readonly counts = { taken: 0, twice: 0, gaps: 0 };
  readonly #fetch: Fetch;
  readonly #kept: Update[] = [];
  readonly #history: number;
  #run = '';
  #n = -1;
  #departures: Departure[] = [];
  /** The number that somebody has heard of, and this copy has not. */
  #wanted: { run: string; n: number } | undefined;
  #healing: Promise<void> | undefined;
  #closed = new AbortController();

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

  /** News from the broker: late, early, twice, or just right. */
  take(news: News): void {
    const [run, n] = parse(news.id);
    const isOurs = run === this.#run;
    if (isOurs && n <= this.#n) this.counts.twice += 1;
    else if (isOurs && n === this.#n + 1 && news.kind !== 'snapshot')
      this.#append(news);
    else if (!this.isReady && news.kind === 'snapshot') this.#replace(news);
    else {
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
    this.#closed.abort();
    this.removeAllListeners();
  }

  /** Asks the source until the copy has what was wanted. */
  #heal(): Promise<void> {
    this.counts.gaps += this.#healing ? 0 : 1;
    this.#healing ??= this.#ask().finally(() => (this.#healing = undefined));
    return this.#healing;
  }

  async #ask(): Promise<void> {
    while (!this.#closed.signal.aborted && this.#isBehind()) {
      try {
        const updates = this.isReady
          ? await this.#fetch.updates(this.id)
          : undefined;
        // Some may have come by the broker while we asked.
        for (const update of updates ?? [])
          if (parse(update.id)[1] === this.#n + 1) this.#append(update);
        if (updates === undefined) this.#replace(await this.#fetch.board());
        if (!this.#isBehind()) return;
      } catch {
        // The source is away. What is missing is still wanted.
      }
      await pause(again, undefined, this.#closed).catch(() => {});
    }
  }

  #isBehind(): boolean {
    if (!this.#wanted) return false;
    const { run, n } = this.#wanted;
    return run !== this.#run || n > this.#n;
  }

  #append(update: Update): void {
    this.counts.taken += 1;
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
