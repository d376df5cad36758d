/**
 * The wire: a run's units as they come, and one of them byte by byte. It is
 * made here, not in a page of HTML, because a saved run is shown with it too.
 */
import type { Source } from '../source.ts';
import { LANES, TimelineRows, type Filter } from './timeline-rows.ts';
import { button, paragraph } from './parts.ts';
import { makeTimeline } from './timeline.ts';
import { drawUnit } from './unit.ts';

const groups = {
  '': 'all kinds',
  headers: 'headers',
  messages: 'events, messages, bodies',
  framing: 'framing',
  notes: 'connections and faults',
  problems: 'problems and faults',
};

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
} {
  container.style.setProperty('--lanes', String(LANES));
  const rows = new TimelineRows();
  const bar = makeBar();
  const detail = document.createElement('section');
  detail.className = 'unit';
  detail.ariaLabel = 'The chosen unit';
  detail.tabIndex = 0;
  detail.hidden = true;
  const empty = paragraph('Nothing was sent yet.');
  empty.className = 'soft empty';

  let paused = false;
  let waiting: Parameters<Parameters<Source['follow']>[0]>[0][] = [];

  const timeline = makeTimeline(rows, (n) => void choose(n));
  const close = button('Close');
  close.className = 'close';
  const body = document.createElement('div');
  body.className = 'unit-body';
  detail.append(close, body);
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
  container.append(
    bar.element,
    bar.filters.panel,
    empty,
    timeline.element,
    detail,
  );

  // ---- The lines ----

  source.follow((lines) => {
    if (paused) {
      waiting.push(lines);
      showWaiting();
      return;
    }
    add(lines);
  });

  function add(lines: (typeof waiting)[number]): void {
    const gone = rows.add(lines);
    if (gone > 0) timeline.shift(gone);
    else timeline.draw();
    showCounts();
  }

  function showCounts(): void {
    empty.hidden = rows.kept > 0 || rows.cleared > 0;
    bar.connections(rows.connections);
    bar.links(rows.links);
    const all = rows.kept.toLocaleString('en');
    const shown = rows.shown.length;
    const parts = [
      shown === rows.kept
        ? `${all} lines`
        : `${shown.toLocaleString('en')} of ${all} lines`,
    ];
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
    timeline.draw();
    showCounts();
  });
  bar.onFilter((filter) => {
    rows.filter = filter;
    timeline.choose(chosen);
    showCounts();
  });

  // ---- One of them ----

  let chosen: number | undefined;

  async function choose(n: number): Promise<void> {
    chosen = n;
    // An arrow key that is held passes many: only where it rests is read.
    await new Promise((rest) => setTimeout(rest, 30));
    if (chosen !== n) return;
    let details;
    try {
      details = await source.details(n);
    } catch (error) {
      return showText(
        `The unit could not be read: ${(error as Error).message}`,
      );
    }
    if (chosen !== n) return;
    if (!details) {
      const row = rows.shown.find(({ line }) => line.n === n);
      return showText(
        row && !('layer' in row.line)
          ? row.line.summary
          : `Unit ${n} is no longer kept.`,
      );
    }
    detail.hidden = false;
    drawUnit(body, details);
    body.scrollTop = 0;
    timeline.choose(n);
  }

  function showText(text: string): void {
    detail.hidden = false;
    // Some notes are long: a header leaves room for the button beside it.
    const header = document.createElement('header');
    header.append(paragraph(text));
    body.replaceChildren(header);
    timeline.choose(chosen);
  }

  function hide(): void {
    chosen = undefined;
    detail.hidden = true;
    body.replaceChildren();
    timeline.choose(undefined);
  }
  close.addEventListener('click', () => {
    hide();
    timeline.element.focus();
  });
  container.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || detail.hidden) return;
    event.stopPropagation();
    hide();
    timeline.element.focus();
  });
  timeline.element.addEventListener('keydown', ({ key }) => {
    if (key === 'Enter' && !detail.hidden)
      body.querySelector<HTMLElement>('.field')?.focus();
  });

  showCounts();
  return {
    open(n) {
      timeline.choose(n);
      void choose(n);
    },
    newest: (kind, text) => rows.newest(kind, text),
    lines: timeline.element,
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
  const text = document.createElement('input');
  text.type = 'search';
  text.placeholder = 'Filter';
  text.ariaLabel = 'Only lines with this text';
  const status = paragraph('');
  status.className = 'soft status';
  const filters = makePanel('Filter');
  filters.panel.append(
    text,
    group.label,
    link.label,
    direction.label,
    connection.label,
  );
  element.append(pause, clear, filters.button, status);

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
