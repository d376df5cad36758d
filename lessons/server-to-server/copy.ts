/**
 * A copy of the station's board, made from its updates. An update that comes
 * twice is taken once; an update that is missing is fetched from the source.
 */
import { EventEmitter } from 'node:events';
import type {
  Departure,
  News,
  Snapshot,
  Update,
} from '@on-the-wire/shared/board/update.ts';

/** All updates after an id; undefined if the source no longer knows the id. */
export type Fetch = {
  updates(after: string): Promise<Update[] | undefined>;
  board(): Promise<Snapshot>;
};

const pause = 200; // ms between two requests to the source, at least
const mostUnknown = 8; // runs remembered that the source does not know

export class BoardCopy extends EventEmitter<{ update: [News] }> {
  readonly counts = { taken: 0, twice: 0, gaps: 0, ignored: 0 };
  readonly #fetch: Fetch;
  readonly #kept: Update[] = [];
  readonly #history: number;
  #run = '';
  #n = -1;
  #departures: Departure[] = [];
  /** A number that was published, and that this copy has not got. */
  #wanted: { run: string; n: number } | undefined;
  /** Runs that the source does not know: of an earlier life, or made up. */
  readonly #unknown = new Set<string>();
  #healing: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  /** Whether all we have is the broker's retained board, not yet confirmed. */
  #isUnconfirmed = false;

  /** @param history how many updates are kept for readers that reconnect */
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

  /** An update from the broker: late, early, twice, in order; or no update. */
  take(news: News | undefined): void {
    const [run, n] = parse(news?.id ?? '');
    const isOurs = run === this.#run;
    if (!news || this.#unknown.has(run)) return void (this.counts.ignored += 1);
    // Is our first board ahead of this update, or is this one late? Fetch.
    if (isOurs && n < this.#n && this.#isUnconfirmed) {
      this.#isUnconfirmed = false;
      this.#wanted = { run, n: this.#n + 1 };
      void this.#heal();
    }
    if (isOurs && n <= this.#n) this.counts.twice += 1;
    else if (isOurs && n === this.#n + 1 && news.kind !== 'snapshot')
      this.#append(news);
    else if (!this.isReady && news.kind === 'snapshot') {
      this.#replace(news);
      this.#isUnconfirmed = true;
    } else {
      // Some are missing, or the station has restarted: fetch from the source.
      this.#wanted = { run, n };
      void this.#heal();
    }
  }

  /**
   * The updates after an id, or the whole board: never a silent gap.
   *
   * @throws when neither can be told without a gap
   */
  async missed(lastId: string): Promise<News[]> {
    if (!this.isReady) throw new Error('No board has come yet.');
    const [run, n] = parse(lastId);
    if (run !== this.#run) return [this.snapshot()];
    const missing = this.#n - n;
    if (missing >= 0 && missing <= this.#kept.length)
      return missing === 0 ? [] : this.#kept.slice(-missing);
    // The id is older than our copy; or the other gateway was ahead of us. A
    // reader that is ahead gets no older board, but is sent elsewhere.
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

  /** Fetches until nothing is missing; one fetch for all gaps at a time. */
  #heal(): Promise<void> {
    this.counts.gaps += this.#healing ? 0 : 1;
    this.#healing ??= this.#fetchMissing().finally(
      () => (this.#healing = undefined),
    );
    return this.#healing;
  }

  async #fetchMissing(): Promise<void> {
    while (!this.#closed && this.#isBehind()) {
      const wanted = this.#wanted!;
      try {
        const updates = this.isReady
          ? await this.#fetch.updates(this.id)
          : undefined;
        // Some may have come from the broker meanwhile.
        for (const update of updates ?? [])
          if (parse(update.id)[1] === this.#n + 1) this.#append(update);
        if (updates === undefined) this.#replace(await this.#fetch.board());
        // The source has all that it has published. What it does not know now,
        // it never will, and is not fetched again.
        if (wanted.run !== this.#run) this.#ignore(wanted.run);
        const { run } = this.#wanted!;
        if (this.#wanted === wanted || this.#unknown.has(run))
          this.#wanted = undefined;
      } catch {
        // The source is away. What is missing is still wanted.
      }
      if (this.#closed) return;
      await new Promise((done) => (this.#timer = setTimeout(done, pause)));
    }
  }

  #ignore(run: string): void {
    this.counts.ignored += 1;
    this.#unknown.add(run);
    const [oldest] = this.#unknown;
    if (this.#unknown.size > mostUnknown) this.#unknown.delete(oldest!);
  }

  #isBehind(): boolean {
    if (!this.#wanted) return false;
    const { run, n } = this.#wanted;
    return run !== this.#run || n > this.#n;
  }

  #append(update: Update): void {
    this.counts.taken += 1;
    this.#isUnconfirmed = false;
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
    this.#isUnconfirmed = false;
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
