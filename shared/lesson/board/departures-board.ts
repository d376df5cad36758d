/**
 * `<departures-board>`: draws the board, counts the updates, keeps the log of
 * announcements. It knows no transport: a page hands it what arrived.
 *
 * The count stands below the board, or in the element that the attribute `count`
 * names by its id: a page can so keep it in view. What stands inside the element
 * is shown between the board and its log: what a page does to the trains.
 *
 * Each cell has its text once, as plain, visually hidden text; the flaps beside
 * it are a picture for the eye.
 *
 * One file, although it is long: a page requests each file by its name, and the
 * wire of a lesson should show the lesson. In this order: the columns and the
 * style; the element with its counts, its rows, its flaps, its log and its
 * sentences; the functions that need no element.
 */
import type {
  AnnouncementUpdate,
  Departure,
  DepartureUpdate,
  Snapshot,
} from './update.ts';

/** The columns in their order, each with as many flaps as it has characters. */
const columns = [
  { name: 'time', title: 'Time', flaps: 5 },
  { name: 'to', title: 'To', flaps: 16 },
  { name: 'train', title: 'Train', flaps: 6 },
  { name: 'platform', title: 'Platform', flaps: 2 },
  { name: 'status', title: 'Status', flaps: 9 },
] as const;

const FEWEST_ROWS = 8;
const LOG_LENGTH = 8;

/** How long a flap shows one character while it turns, in ms. */
export const TURN = 40;

/** What is painted on the flaps, in the order in which they turn. */
const drum = ' abcdefghijklmnopqrstuvwxyz0123456789+:.';

/** At most one sentence for the screen reader in this time, in ms. */
const BREATH = 5000;

/**
 * The look of flaps. A flap's colours are those of board/colours.css, its size
 * is that of the type.
 */
export const flapStyle = `
  .flaps {
    position: relative;
    display: flex;
    gap: 0.055em;
    height: 1.5em;
    contain: size layout;
    line-height: 1.5;
  }
  .flaps > span {
    position: relative;
    flex: none;
    width: 0.71em;
    height: 1.5em;
    border-radius: 0.1em;
    /* The crease lies behind the letter: before it, it would strike it out. */
    background:
      linear-gradient(
        #ffffff09 calc(50% - 0.03em),
        #0007 calc(50% - 0.03em) calc(50% + 0.03em),
        #00000014 calc(50% + 0.03em)
      )
      var(--flap);
    font-family: var(--mono);
    font-weight: 600;
    text-align: center;
    white-space: pre;
  }
`;

const style = new CSSStyleSheet();
style.replaceSync(`
  :host {
    display: block;
    container-type: inline-size;
    font: 1rem/1.5 var(--sans);
    color: var(--ink);
  }
  :host([hidden]) { display: none; }
  * { box-sizing: border-box; }
  h2, h3, p, ol { margin: 0; padding: 0; }
  .unseen {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }

  .panel {
    --flap-size: clamp(0.75rem, calc((100cqi - 4.5rem) / 32), 2.5rem);
    position: relative;
    padding: 1rem 1.25rem;
    border: 1px solid var(--flap-edge);
    border-radius: 0.75rem;
    background: var(--board);
    box-shadow: 0 0.5rem 1.5rem -0.75rem #0007;
    color: var(--flap-ink);
  }
  .station {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    margin-bottom: 0.625rem;
  }
  h2 {
    font-size: clamp(1.25rem, 2.75cqi, 2rem);
    font-weight: 600;
    line-height: 1.2;
  }
  .station p { color: var(--flap-soft); }

  table { width: 100%; border-collapse: collapse; }
  th {
    padding: 0 0.75em 0.375rem 0;
    font-size: clamp(0.6875rem, 1.3cqi, 0.9375rem);
    font-weight: 500;
    letter-spacing: 0.04em;
    line-height: 1.2;
    text-align: start;
    color: var(--flap-soft);
  }
  td { position: relative; padding: 0 0.75em 0.24em 0; font-size: var(--flap-size); }
  th:last-child, td:last-child { width: 1%; padding-inline-end: 0; }

  ${flapStyle}
  .time .flaps { width: calc(5 * 0.765em); }
  .to .flaps { width: calc(16 * 0.765em); }
  .train .flaps { width: calc(6 * 0.765em); }
  .platform .flaps { width: calc(2 * 0.765em); }
  .status .flaps { width: calc(9 * 0.765em); }
  .late .status { color: var(--flap-amber); }
  .boarding .status { color: var(--flap-green); }
  .cancelled, .departed { color: var(--flap-soft); }
  .cancelled .status { color: var(--flap-red); }
  .departed .flaps > span { background-color: color-mix(in srgb, var(--flap) 40%, var(--board)); }

  .waiting {
    position: absolute;
    inset: 55% auto auto 50%;
    translate: -50% -50%;
    padding: 0.375rem 1.25rem;
    border-radius: 2rem;
    background: var(--board);
    font-size: 1.125rem;
    white-space: nowrap;
  }

  .count {
    min-height: 2.25rem;
    margin: 0.75rem 0 0.25rem;
    color: var(--soft);
    font-variant-numeric: tabular-nums;
    line-height: 2.25rem;
  }
  .count[data-pointed] { outline: 4px solid var(--warn); outline-offset: 3px; }
  .count b { margin: 0 0.25rem; color: var(--ink); font-size: 1.5rem; font-weight: 600; }
  .count strong {
    margin-inline-end: 0.25rem;
    padding: 0.125rem 0.625rem;
    border: 1px solid currentColor;
    border-radius: 1rem;
    color: var(--bad);
    font-weight: 600;
  }
  .count span { white-space: nowrap; }
  section { margin-top: 0.75rem; }
  ::slotted(*) { margin-block: 0.75rem; }
  .count .doubled { color: var(--warn); }

  h3 { color: var(--soft); font-size: 1rem; font-weight: 400; }
  ol {
    height: 8.5rem;
    margin-top: 0.25rem;
    overflow: auto;
    border-block: 1px solid var(--line);
    font-size: 0.9375rem;
    list-style: none;
  }
  ol:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  li { display: flex; gap: 0.625rem; padding: 0.125rem 0; overflow-wrap: anywhere; }
  li > span:first-child {
    flex: none;
    min-width: 2.25em;
    color: var(--soft);
    font-variant-numeric: tabular-nums;
    text-align: end;
  }
  .gap { color: var(--bad); font-weight: 600; }
  .anew { color: var(--accent); font-weight: 600; }

  /* Low: a train more. */
  @media (max-height: 30rem) {
    .panel {
      --flap-size: clamp(0.75rem, calc((100cqi - 4.5rem) / 38), 2.5rem);
      padding-block: 0.5rem 0.25rem;
    }
    .station { margin-bottom: 0.25rem; }
    ::slotted(*) { margin-block: 0.375rem 0.75rem; }
  }

  /* Narrow: two lines for each train, and for the headings. */
  @container (max-width: 28.25rem) {
    .panel {
      --flap-size: clamp(0.75rem, calc((100cqi - 1.75rem) / 16.5), 1.5rem);
      padding: 0.75rem;
    }
    table, thead, tbody { display: block; }
    tr {
      display: grid;
      grid-template:
        'time to to to'
        'train train platform status'
        / 4.25em 0.75em 3em 1fr;
      padding-bottom: 0.375em;
      font-size: var(--flap-size);
    }
    th { padding: 0 0 0.125rem; }
    td { padding: 0 0 0.16em; }
    th:last-child, td:last-child { width: auto; }
    .time { grid-area: time; }
    .to { grid-area: to; }
    .train { grid-area: train; }
    .platform { grid-area: platform; }
    .status { grid-area: status; }
    .count b { font-size: 1.25rem; }
    .count strong { font-size: 0.9375rem; }
  }
`);

interface Flap {
  shown: Text;
  target: string;
  /** How many other characters pass by before the target. */
  left: number;
}

interface Cell {
  text: Text;
  flaps: Flap[];
}

interface Row {
  line: HTMLTableRowElement;
  cells: Cell[];
  departure: Departure | undefined;
  /** The update that made it what it is. */
  n: number;
}

/**
 * The element. A page calls `show` with each snapshot, `apply` and `announce`
 * with each update, in whatever order and however often they arrive: it counts
 * what is missing and what came twice.
 */
export class DeparturesBoard extends HTMLElement {
  /** Different updates seen since the first snapshot of this run. */
  get seen(): number {
    return this.#seen;
  }

  /** Updates that the server made since then, as far as is known. */
  get of(): number {
    return this.#latest - this.#first;
  }

  /** Updates that came again. */
  get doubled(): number {
    return this.#doubled;
  }

  #run: string | undefined;
  #started = false;
  #first = 0;
  #latest = 0;
  #shown = 0;
  #seen = 0;
  #doubled = 0;
  /** The updates seen, as ranges from–to: one more for each gap. */
  #ranges: [from: number, to: number][] = [];
  #lastAnnouncement: number | undefined;

  readonly #rows: Row[] = [];
  readonly #body = create('tbody', { role: 'rowgroup' });
  readonly #waiting = create(
    'p',
    { class: 'waiting' },
    'waiting for the board',
  );
  #count: HTMLElement = create('p', { class: 'count' });
  readonly #log = create('ol', {
    role: 'list', // Safari takes it from a list without bullets
    'aria-labelledby': 'announcements',
    tabindex: '0', // so that the keyboard can scroll it
  });
  readonly #voice = create('p', { class: 'unseen', 'aria-live': 'polite' });

  readonly #still = matchMedia('(prefers-reduced-motion: reduce)');
  readonly #toDraw = new Set<Row>();
  readonly #turning = new Set<Flap>();
  #willDraw = false;
  #unannounced = 0;
  #sentence = '';
  #breath: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: 'open' });
    shadow.adoptedStyleSheets = [style];
    const headings = columns.map(({ name, title }) =>
      create('th', { class: name, scope: 'col', role: 'columnheader' }, title),
    );
    // Roles, because a folded table (display: grid) would lose its own.
    const table = create(
      'table',
      { role: 'table' },
      create('caption', { class: 'unseen' }, 'Departures from Seehausen'),
      create(
        'thead',
        { role: 'rowgroup' },
        create('tr', { role: 'row' }, ...headings),
      ),
      this.#body,
    );
    const panel = create(
      'div',
      { class: 'panel' },
      create(
        'div',
        { class: 'station' },
        create('h2', {}, 'Seehausen'),
        create('p', {}, 'Departures'),
      ),
      table,
      this.#waiting,
    );
    const announcements = create(
      'section',
      {},
      create('h3', { id: 'announcements' }, 'Announcements'),
      this.#log,
    );
    const inside = create('slot', {});
    shadow.append(panel, this.#count, inside, announcements, this.#voice);
    while (this.#rows.length < FEWEST_ROWS) this.#addRow();
    this.#showCount();
  }

  connectedCallback(): void {
    const place = document.getElementById(this.getAttribute('count') ?? '');
    if (!place || place === this.#count) return;
    this.#count.remove();
    this.#count = place;
    this.#showCount();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#breath);
    this.#breath = undefined;
  }

  /** Shows the whole board; another run resets the counts. */
  show({ run, n, departures }: Snapshot['data']): void {
    if (run !== this.#run) {
      this.#begin(n);
      if (this.#run !== undefined) {
        this.#note('anew', 'the server was restarted');
        this.#say('the server was restarted');
      }
      this.#run = run;
      this.#lastAnnouncement = undefined;
    }
    this.#latest = Math.max(this.#latest, n);
    this.#shown = n;
    while (this.#rows.length < departures.length) this.#addRow();
    this.#rows.forEach((row, i) => this.#fill(row, departures[i], n));
  }

  /** Shows one row as it is now. */
  apply(update: DepartureUpdate['data']): void {
    const { n, replaces, ...departure } = update;
    const row = this.#rowFor(departure.train, replaces);
    if (!this.#see(n) || n <= this.#shown || n < row.n) return;
    this.#say(describe(row.departure, departure));
    this.#fill(row, departure, n);
  }

  /** Writes an announcement into the log, and what is missing before it. */
  announce({ n, number, text }: AnnouncementUpdate['data']): void {
    if (!this.#see(n)) return;
    const missed = number - (this.#lastAnnouncement ?? number - 1) - 1;
    if (missed > 0) {
      this.#note('gap', `${plural(missed, 'announcement')} missed`);
    }
    this.#lastAnnouncement = Math.max(this.#lastAnnouncement ?? 0, number);
    this.#note('', text, number);
    this.#say(text);
  }

  #begin(n: number): void {
    this.#started = true;
    this.#first = this.#latest = n;
    this.#shown = 0;
    this.#seen = this.#doubled = 0;
    this.#ranges = [];
    this.#waiting.hidden = true;
  }

  /** Counts an update; false if it was counted before. */
  #see(n: number): boolean {
    if (!this.#started) this.#begin(n - 1); // an update before any snapshot
    const known = this.#ranges.some(([from, to]) => from <= n && n <= to);
    if (known) {
      this.#doubled += 1;
    } else if (n > this.#first) {
      const last = this.#ranges.at(-1);
      if (last && last[1] === n - 1) last[1] = n;
      else this.#ranges.push([n, n]);
      this.#seen += 1;
      this.#latest = Math.max(this.#latest, n);
    }
    this.#drawSoon();
    return !known;
  }

  #showCount(): void {
    const missed = this.of - this.seen;
    const numbers = this.#started ? `${this.seen} of ${this.of}` : '–';
    this.#count.replaceChildren('updates seen ', create('b', {}, numbers));
    if (missed > 0) {
      const badge = create('strong', {}, `${missed} missed`);
      this.#count.append(' ', create('span', {}, '— ', badge));
    }
    if (this.doubled > 0) {
      const text = `${this.doubled} doubled`;
      const badge = create('strong', { class: 'doubled' }, text);
      this.#count.append(' ', create('span', {}, badge));
    }
  }

  /**
   * The row of this train. If the update that brought the train was missed, it
   * takes a row that is blank or whose train has gone, else the oldest.
   */
  #rowFor(train: string, replaces: string | undefined): Row {
    const named = (name: string | undefined) =>
      this.#rows.find(({ departure }) => name && departure?.train === name);
    const free = this.#rows.find(
      ({ departure }) =>
        !departure || ['departed', 'cancelled'].includes(departure.status),
    );
    return (
      named(train) ??
      named(replaces) ??
      free ??
      this.#rows.reduce((a, b) => (b.n < a.n ? b : a))
    );
  }

  #addRow(): void {
    const cells = columns.map(({ flaps }): Cell => ({
      text: new Text(),
      flaps: Array.from({ length: flaps }, () => ({
        shown: new Text(' '),
        target: ' ',
        left: 0,
      })),
    }));
    const line = create(
      'tr',
      { role: 'row' },
      ...cells.map(({ text, flaps }, i) =>
        create(
          'td',
          { class: columns[i]!.name, role: 'cell' },
          create('span', { class: 'unseen' }, text),
          create(
            'span',
            { class: 'flaps', 'aria-hidden': 'true' },
            ...flaps.map(({ shown }) => create('span', {}, shown)),
          ),
        ),
      ),
    );
    this.#body.append(line);
    this.#rows.push({ line, cells, departure: undefined, n: 0 });
  }

  #fill(row: Row, departure: Departure | undefined, n: number): void {
    row.departure = departure;
    row.n = n;
    this.#toDraw.add(row);
    this.#drawSoon();
  }

  #drawSoon(): void {
    if (this.#willDraw) return;
    this.#willDraw = true;
    setTimeout(() => this.#draw(), TURN);
  }

  /**
   * Turns all flaps that have not reached their character by one; so however
   * much happens, nothing is drawn more often than a flap turns.
   */
  #draw(): void {
    for (const { line, cells, departure } of this.#toDraw) {
      const late = departure?.status === 'scheduled' && departure.delay > 0;
      line.className = late ? 'late' : (departure?.status ?? '');
      const texts = cellTexts(departure);
      cells.forEach(({ text, flaps }, column) => {
        if (text.data === texts[column]) return;
        text.data = texts[column]!;
        const characters = fit(text.data, flaps.length);
        flaps.forEach((flap, i) => {
          const target = characters[i] ?? ' ';
          if (target === flap.target) return;
          flap.target = target;
          flap.left = this.#still.matches ? 0 : turnsOf(i);
          this.#turning.add(flap);
        });
      });
    }
    this.#toDraw.clear();
    this.#showCount();
    for (const flap of this.#turning) {
      flap.shown.data = onTheWay(flap.target, flap.left);
      if (flap.left === 0) this.#turning.delete(flap);
      flap.left -= 1;
    }
    this.#willDraw = false;
    if (this.#turning.size > 0) this.#drawSoon();
  }

  /** Puts a line on top of the log. */
  #note(kind: string, text: string, number?: number): void {
    const mark = create('span', {}, number === undefined ? '' : `${number}`);
    const line = create('li', { class: kind }, mark, create('span', {}, text));
    this.#log.prepend(line);
    while (this.#log.children.length > LOG_LENGTH)
      this.#log.lastChild!.remove();
  }

  /** Says it now, or with all else that happens until the next breath. */
  #say(sentence: string): void {
    this.#unannounced += 1;
    this.#sentence = sentence;
    if (this.#breath === undefined && this.isConnected) this.#speak();
  }

  #speak(): void {
    this.#breath = undefined;
    if (this.#unannounced === 0) return;
    this.#voice.textContent =
      this.#unannounced === 1
        ? this.#sentence
        : `${this.#unannounced} changes; ${this.#sentence}`;
    this.#unannounced = 0;
    this.#breath = setTimeout(() => this.#speak(), BREATH);
  }
}

customElements.define('departures-board', DeparturesBoard);

declare global {
  interface HTMLElementTagNameMap {
    'departures-board': DeparturesBoard;
  }
}

/** What the cells of a row say, in the order of the columns. */
function cellTexts(departure: Departure | undefined): string[] {
  if (!departure) return columns.map(() => '');
  const { due, to, train, platform } = departure;
  return [due, to, train, platform, statusText(departure)];
}

function statusText({ status, delay }: Departure): string {
  if (status !== 'scheduled') return status;
  return delay > 0 ? `+${delay} min` : 'on time';
}

/** What has changed, as a sentence for screen readers. */
function describe(was: Departure | undefined, is: Departure): string {
  const name = `${is.train} to ${is.to}`;
  if (was?.train !== is.train) {
    return `${name} at ${is.due}, platform ${is.platform}`;
  }
  if (was.platform !== is.platform) {
    return `${name}, now from platform ${is.platform}`;
  }
  if (is.status === 'boarding') {
    return `${name}, boarding on platform ${is.platform}`;
  }
  if (is.status !== 'scheduled') return `${name}, ${is.status}`;
  if (is.delay === 0) return `${name}, on time`;
  return `${name}, ${plural(is.delay, 'minute')} late`;
}

/** The characters for so many flaps; `…` ends what does not fit. */
export function fit(text: string, flaps: number): string[] {
  const characters = [...text.normalize('NFC')];
  if (characters.length <= flaps) return characters;
  return [...characters.slice(0, flaps - 1), '…'];
}

/** How many characters pass by on the flap with this place in its row. */
export const turnsOf = (place: number): number => 2 + ((place * 5) % 3);

/** What a flap shows when so many characters are left before its target. */
export function onTheWay(target: string, left: number): string {
  if (left === 0) return target;
  const passing = drum.at(drum.indexOf(target.toLowerCase()) - left)!;
  return target === target.toLowerCase() ? passing : passing.toUpperCase();
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** An element with attributes and children; text stays text. */
function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string>,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}
