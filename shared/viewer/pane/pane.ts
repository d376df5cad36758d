/**
 * The wire: a run's units as they come, and one of them byte by byte. It is
 * made here, not in a page of HTML, because a saved run is shown with it too.
 */
import { isUnit, type Source } from '../source.ts';
import { startFind } from './find.ts';
import { Finder } from './finder.ts';
import { KEPT, TimelineRows, type Filter } from './timeline-rows.ts';
import { LANES } from './timeline-row.ts';
import type { Since } from './timeline-line.ts';
import { button, paragraph } from './parts.ts';
import { recall, remember } from '../page/memory.ts';
import { makeTimeline } from './timeline.ts';
import { makeUnitPanel } from './unit.ts';

const groups = {
  '': 'all kinds',
  headers: 'headers',
  messages: 'events, messages, bodies',
  framing: 'framing',
  notes: 'connections and faults',
  problems: 'problems and faults',
};

const times: Record<Since, string> = {
  run: 'time since the run began',
  request: 'time since the request',
  before: 'time since the line before',
};

/** Under this name the reader's choice of the times is remembered. */
const SINCE = 'wire-time';

/**
 * Fills an element with the wire.
 *
 * @param source where the units come from
 */
export function makeWire(
  container: HTMLElement,
  source: Source,
): {
  /** Shows a unit, by its number. */
  open(n: number): void;
  /**
   * The newest line of this kind that is kept, with this text in its summary;
   * of those that the filter lets through, if it lets one through.
   */
  newest(kind: string, text: string): number | undefined;
  /** The list of lines: arrow keys move in it. */
  readonly lines: HTMLElement;
  /** The number of the line that is shown. */
  readonly chosen: number | undefined;
  /** Adds a button to the bar, and the part below it that it shows. */
  addPanel(name: string): { panel: HTMLElement; button: HTMLElement };
  /** Lets keys that lead to Find work in a page that is nothing but the wire. */
  findAnywhere(): void;
  /** Adds a button beside the chosen unit. */
  addAction(name: string, act: () => void): void;
} {
  container.style.setProperty('--lanes', String(LANES));
  // A live page forgets the oldest as the tap does; a file has all of them.
  const rows = source.isLive
    ? new TimelineRows(KEPT)
    : new TimelineRows(Infinity, (n) => source.line!(n)!);
  const bar = makeBar();
  const detail = document.createElement('section');
  detail.className = 'unit';
  detail.ariaLabel = 'The chosen unit';
  detail.tabIndex = 0;
  detail.hidden = true;
  const empty = paragraph('Nothing was sent yet.');
  empty.className = 'soft empty';

  /** The number of the line that is shown. */
  let chosen: number | undefined;
  /** Only lines with this text are shown. */
  let filtered = '';
  let paused = false;
  /** How much of a saved run is there, from 0 to 1. */
  let share = 1;
  let waiting: Parameters<Parameters<Source['follow']>[0]>[0][] = [];

  const timeline = makeTimeline(rows, {
    isLive: source.isLive,
    excerptOf: (n) => find.excerptOf(n),
    onChoose: (n) => void choose(n),
    onDrawn: () => find.mark(),
  });
  const close = button('Close');
  close.className = 'close';
  const body = document.createElement('div');
  body.className = 'unit-body';
  const actions = document.createElement('div');
  actions.className = 'actions';
  actions.append(close);
  detail.append(actions, body);
  const unit = makeUnitPanel(body, {
    source,
    open: (n) => open(n),
    focusLines: () => timeline.list.focus(),
  });
  const openers: ReturnType<typeof makePanel>[] = [];
  /** One panel at a time, or there is no room for the lines. */
  const takeTurns = (added: ReturnType<typeof makePanel>) => {
    added.button.addEventListener('click', () => {
      if (added.panel.hidden) return;
      for (const other of openers)
        if (other !== added && !other.panel.hidden) other.button.click();
    });
    openers.push(added);
  };
  takeTurns(bar.filters);
  bar.pause.hidden = !source.isLive;
  // It is one line high, and goes on beside the others.
  const find = startFind({
    panel: bar.find.panel,
    opener: bar.find.button,
    source,
    rows,
    timeline,
    unit: body,
    chosen: () => chosen,
    open,
  });
  container.addEventListener('keydown', find.onKey);
  container.append(
    bar.element,
    bar.find.panel,
    bar.filters.panel,
    empty,
    timeline.element,
    detail,
  );

  // ---- The lines ----

  function add(lines: (typeof waiting)[number]): void {
    share = lines.share ?? 1;
    rows.add(lines);
    // A chunk that is chosen stays, even if its event has come.
    if (chosen !== undefined) unfold(chosen);
    timeline.draw();
    filtering.goOn();
    find.update();
    showCounts();
  }

  const filtering = new Finder(
    source,
    () => rows.end,
    (hits) => {
      rows.addHits(hits.map(({ n }) => n));
      timeline.draw();
      showCounts();
    },
  );

  function showCounts(): void {
    empty.hidden = rows.kept > 0 || rows.cleared > 0;
    bar.connections(rows.connections);
    bar.links(rows.links);
    const all = rows.kept.toLocaleString('en');
    const parts = [
      rows.fitting === rows.kept
        ? `${all} lines`
        : `${rows.fitting.toLocaleString('en')} of ${all} lines`,
    ];
    if (share < 1) parts.push(`${Math.floor(share * 100)} % of the file read`);
    if (filtering.problem !== undefined) parts.push(filtering.problem);
    else if (!filtering.isDone) parts.push('searching their contents');
    if (rows.dropped > 0)
      parts.push(
        `the first ${rows.dropped.toLocaleString('en')} are no longer kept`,
      );
    bar.status.textContent = parts.join(', ');
  }

  function showWaiting(): void {
    const count = waiting.reduce((sum, { lines }) => sum + lines.length, 0);
    bar.status.textContent = `Paused; ${count.toLocaleString('en')} lines wait`;
  }

  bar.pause.addEventListener('click', () => {
    paused = !paused;
    bar.pause.ariaPressed = String(paused);
    if (paused) return showWaiting();
    for (const lines of waiting.splice(0)) add(lines);
    showCounts();
  });
  bar.clear.addEventListener('click', () => {
    rows.clear();
    waiting = [];
    hide();
    if (source.isLive) timeline.follow();
    find.update();
    showCounts();
  });
  bar.onFilter((filter) => {
    filtered = filter.text;
    rows.filter = filter;
    filtering.search(filter.text);
    find.update();
    timeline.choose(chosen);
    showCounts();
  });
  bar.onSince((since) => {
    timeline.since = since;
  });

  // ---- One of them ----

  /** A chunk in whose place its events are listed gets a line of its own. */
  function unfold(n: number): void {
    const row = rows.find(n);
    if (row?.events && rows.indexOf(n) < 0) rows.fold(n, false);
  }

  function open(n: number): void {
    unfold(n);
    timeline.choose(n);
    void choose(n);
  }

  async function choose(n: number): Promise<void> {
    chosen = n;
    // An arrow key that is held passes many: only where it rests is read.
    await new Promise((rest) => setTimeout(rest, 30));
    if (chosen !== n) return;
    const line = rows.find(n)?.line;
    if (line && !isUnit(line)) return showText(line.summary);
    let details;
    try {
      details = await source.readDetails(n);
    } catch (error) {
      if (chosen !== n) return;
      return showText(
        `The unit could not be read: ${(error as Error).message}`,
      );
    }
    if (chosen !== n) return;
    if (!details) return showText(`Unit ${n} is no longer kept.`);
    detail.hidden = false;
    unit.show(details);
    const wanted = find.text || filtered;
    if (wanted !== '') unit.reveal(wanted);
    body.scrollTop = 0;
    timeline.choose(n);
  }

  function showText(text: string): void {
    detail.hidden = false;
    unit.say(text);
    timeline.choose(chosen);
  }

  function hide(): void {
    chosen = undefined;
    detail.hidden = true;
    unit.clear();
    timeline.choose(undefined);
  }
  close.addEventListener('click', () => {
    hide();
    timeline.list.focus();
  });
  container.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || detail.hidden) return;
    event.stopPropagation();
    hide();
    timeline.list.focus();
  });
  timeline.list.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter' && !detail.hidden) unit.focus();
  });

  showCounts();
  source.follow((lines) => {
    if (paused) {
      waiting.push(lines);
      showWaiting();
      return;
    }
    add(lines);
  });

  return {
    open,
    newest: (kind, text) => rows.newest(kind, text),
    lines: timeline.list,
    get chosen() {
      return chosen;
    },
    addPanel(name) {
      const added = makePanel(name);
      bar.status.before(added.button);
      empty.before(added.panel);
      takeTurns(added);
      return added;
    },
    findAnywhere() {
      document.addEventListener('keydown', find.onKey);
    },
    addAction(name, act) {
      const added = button(name);
      added.addEventListener('click', act);
      close.before(added);
    },
  };
}

// ---- The bar above ----

function makeBar() {
  const element = document.createElement('div');
  element.className = 'bar';
  element.role = 'toolbar';
  element.ariaLabel = 'The wire';

  const pause = button('Pause');
  pause.dataset['control'] = 'pause';
  pause.ariaPressed = 'false';
  const clear = button('Clear');
  clear.dataset['control'] = 'clear';
  const connection = select('Connection', { '': 'all connections' });
  const link = select('Link', { '': 'all links' });
  link.label.hidden = true;
  const direction = select('Direction', {
    '': 'both directions',
    up: '→ to the server',
    down: '← from the server',
  });
  const group = select('Kind', groups);
  const since = select('Time', times);
  since.label.className = 'since';
  const text = document.createElement('input');
  text.type = 'search';
  text.placeholder = 'Filter';
  text.ariaLabel = 'Only lines with this text';
  const status = paragraph('');
  status.className = 'soft status';
  const find = makePanel('Find');
  const filters = makePanel('Filter');
  filters.panel.append(
    text,
    group.label,
    link.label,
    direction.label,
    connection.label,
    since.label,
  );
  element.append(pause, clear, find.button, filters.button, status);

  let listed = '';
  return {
    element,
    pause,
    clear,
    status,
    /** Offers these connections; the one that is chosen stays. */
    connections(numbers: ReadonlySet<number>) {
      const wanted = [...numbers].slice(-200);
      if (wanted.join() === listed) return;
      listed = wanted.join();
      const kept = connection.field.value;
      connection.field.replaceChildren(
        new Option('all connections', ''),
        ...wanted.map((n) => new Option(`connection #${n}`, String(n))),
      );
      connection.field.value = wanted.includes(Number(kept)) ? kept : '';
    },
    /** Offers these links, where there are some. */
    links(names: ReadonlySet<string>) {
      const known = link.field.options.length - 1;
      for (const name of [...names].slice(known))
        link.field.append(new Option(name));
      link.label.hidden = names.size === 0;
    },
    /** Calls back with what the reader wants, at once with what was kept. */
    onSince(apply: (since: Since) => void) {
      const kept = recall<string>(SINCE);
      if (kept !== undefined && Object.hasOwn(times, kept))
        since.field.value = kept;
      const tell = () => apply(since.field.value as Since);
      since.field.addEventListener('input', () => {
        remember(SINCE, since.field.value);
        tell();
      });
      tell();
    },
    onFilter(apply: (filter: Filter) => void) {
      filters.panel.addEventListener('input', () => {
        const filter: Filter = {
          text: text.value.trim().toLowerCase(),
          direction: direction.field.value,
          connection: connection.field.value,
          link: link.field.value,
          group: group.field.value as Filter['group'],
        };
        const some = Object.values(filter).some((value) => value !== '');
        filters.button.textContent = some ? 'Filter: on' : 'Filter';
        apply(filter);
      });
    },
    find,
    filters,
  };
}

/** A part below the bar that a button of the bar shows and puts away. */
function makePanel(name: string) {
  const panel = document.createElement('div');
  panel.className = 'panel';
  panel.id = `wire-panel-${name.toLowerCase().replaceAll(' ', '-')}`;
  panel.role = 'group';
  panel.ariaLabel = name;
  panel.hidden = true;
  const opener = button(name);
  // "Break it" is `break`: see controls.ts.
  opener.dataset['control'] = name.toLowerCase().split(' ')[0];
  opener.setAttribute('aria-controls', panel.id);
  opener.ariaExpanded = 'false';
  opener.addEventListener('click', () => {
    panel.hidden = !panel.hidden;
    opener.ariaExpanded = String(!panel.hidden);
  });
  panel.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    opener.click();
    opener.focus();
  });
  return { panel, button: opener };
}

function select(name: string, options: Record<string, string>) {
  const label = document.createElement('label');
  const words = document.createElement('span');
  words.className = 'visually-hidden';
  words.textContent = name;
  const field = document.createElement('select');
  for (const [value, text] of Object.entries(options))
    field.append(new Option(text, value));
  label.append(words, field);
  return { label, field };
}
