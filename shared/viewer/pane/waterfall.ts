/**
 * The panel with the exchanges of the run, a row for each, in the order in
 * which they began. Only those in sight are in the document, so that 10,000 of
 * them scroll as smoothly as ten; the bars of those in sight share one scale.
 */
import {
  duration,
  timesInWords,
  timesOf,
  type Exchange,
} from '../exchanges.ts';
import { HEADERS_ASKED, type Source } from '../source.ts';
import { exchangesOf } from './exchanges.ts';
import { paragraph, part } from './parts.ts';

const OVERSCAN = 4; // rows beyond what is in sight
const COLUMNS = {
  method: 'method',
  target: 'target',
  status: 'status',
  type: 'type',
  size: 'size',
  total: 'time',
  by: 'connection',
};

/** The span of time that the bars are drawn on, in ms since the run began. */
interface Scale {
  from: number;
  to: number;
}

/**
 * Fills the panel.
 *
 * @param open shows the line of this number
 */
export function startWaterfall(
  panel: HTMLElement,
  source: Source,
  open: (n: number) => void,
): void {
  panel.classList.add('waterfall');
  const exchanges = exchangesOf(source);
  const top = document.createElement('div');
  top.className = 'columns';
  top.ariaHidden = 'true';
  const axis = part('axis', '');
  top.append(
    ...Object.entries(COLUMNS).map(([name, words]) => cell(name, words)),
    axis,
  );
  const list = document.createElement('div');
  list.className = 'rows';
  list.tabIndex = 0;
  list.role = 'listbox';
  list.ariaLabel = 'Exchanges, oldest first';
  const room = document.createElement('div');
  room.className = 'room';
  room.role = 'presentation';
  list.append(room);
  const empty = paragraph('No request was sent yet.');
  panel.append(top, list, empty);

  /** The rows in the document, by the line of their request. */
  const drawn = new Map<number, HTMLElement>();
  const ask = askAbout(source, () => draw());
  let chosen: number | undefined;
  let follows = true;
  let height = 24;
  let frame = 0;

  const draw = () => {
    if (!panel.hidden) frame ||= requestAnimationFrame(drawNow);
  };

  function drawNow(): void {
    frame = 0;
    const { all, latest } = exchanges;
    empty.hidden = all.length > 0;
    height = parseFloat(getComputedStyle(room).lineHeight) || height;
    room.style.blockSize = `${all.length * height}px`;
    if (follows) list.scrollTop = list.scrollHeight;
    const first = Math.floor(list.scrollTop / height);
    const inSight = Math.ceil(list.clientHeight / height);
    const from = Math.max(0, first - OVERSCAN);
    const wanted = all.slice(from, first + inSight + OVERSCAN);
    const scale = scaleOf(all.slice(first, first + inSight + 1), latest);
    axis.textContent = `${duration(scale.to - scale.from)} from ${(scale.from / 1000).toFixed(3)} s on`;
    const numbers = new Set(wanted.map(({ request }) => request));
    for (const [n, row] of drawn) {
      if (numbers.has(n)) continue;
      row.remove();
      drawn.delete(n);
    }
    for (const [i, exchange] of wanted.entries()) {
      const n = exchange.request;
      const row = drawn.get(n) ?? makeRow(n);
      drawn.set(n, row);
      fillRow(row, exchange, scale, latest);
      row.style.insetBlockStart = `${(from + i) * height}px`;
      row.ariaPosInSet = String(from + i + 1);
      row.ariaSetSize = String(all.length);
      row.ariaSelected = String(n === chosen);
      // Screen readers read them in this order.
      if (room.children[i] !== row)
        room.insertBefore(row, room.children[i] ?? null);
    }
    const active = chosen === undefined ? undefined : drawn.get(chosen);
    if (active) list.setAttribute('aria-activedescendant', active.id);
    else list.removeAttribute('aria-activedescendant');
    ask(wanted);
  }

  function choose(at: number): void {
    const { all } = exchanges;
    const exchange = all[Math.min(Math.max(at, 0), all.length - 1)];
    if (!exchange) return;
    chosen = exchange.request;
    follows = false;
    const edge = Math.min(Math.max(at, 0), all.length - 1) * height;
    if (edge < list.scrollTop) list.scrollTop = edge;
    else if (edge + height > list.scrollTop + list.clientHeight)
      list.scrollTop = edge + height - list.clientHeight;
    draw();
    open(chosen);
  }

  list.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { all } = exchanges;
    const last = all.length - 1;
    const found = all.findIndex(({ request }) => request === chosen);
    const at = found < 0 ? all.length : found;
    const page = Math.max(1, Math.floor(list.clientHeight / height) - 1);
    const to: Record<string, number> = {
      ArrowUp: at - 1,
      ArrowDown: at + 1,
      PageUp: at - page,
      PageDown: at + page,
      Home: 0,
      End: last,
      Enter: at,
    };
    const target = to[event.key];
    if (target === undefined) return;
    event.preventDefault();
    choose(target);
    if (event.key === 'End') follows = true;
  });
  list.addEventListener('click', ({ target }) => {
    const row = (target as Element).closest<HTMLElement>('.exchange');
    if (!row) return;
    const n = Number(row.dataset['n']);
    choose(exchanges.all.findIndex(({ request }) => request === n));
  });
  list.addEventListener('scroll', () => {
    follows = list.scrollHeight - list.scrollTop - list.clientHeight < height;
    draw();
  });
  source.follow(draw);
  new MutationObserver(draw).observe(panel, { attributeFilter: ['hidden'] });
  new ResizeObserver(draw).observe(list);
}

/**
 * Asks for the header sections of exchanges, once for each, a batch at a time.
 *
 * @param onLearned is called when more is known
 */
function askAbout(
  source: Source,
  onLearned: () => void,
): (wanted: readonly Exchange[]) => void {
  const exchanges = exchangesOf(source);
  /** Lines that were asked for, whatever came of it. */
  const asked = new WeakMap<Exchange, Set<number>>();
  let isAsking = false;

  return function ask(wanted): void {
    if (isAsking) return;
    const lines: number[] = [];
    for (const exchange of wanted) {
      const before = asked.get(exchange) ?? new Set();
      asked.set(exchange, before);
      for (const n of [exchange.request, exchange.response]) {
        if (n === undefined || before.has(n)) continue;
        before.add(n);
        lines.push(n);
      }
    }
    if (lines.length === 0) return;
    isAsking = true;
    void source
      .readHeaders(lines.slice(0, HEADERS_ASKED))
      .then((facts) => {
        for (const exchange of wanted) exchanges.learn(exchange, facts);
      })
      // The lines say most of it.
      .catch(() => {})
      .then(() => {
        isAsking = false;
        onLearned();
      });
  };
}

/** From the first request in sight to the last byte; never empty. */
function scaleOf(inSight: readonly Exchange[], latest: number): Scale {
  let from = Infinity;
  let to = 0;
  for (const exchange of inSight) {
    from = Math.min(from, exchange.opened ?? exchange.start);
    to = Math.max(to, exchange.state === 'open' ? latest : exchange.end);
  }
  if (from > to) return { from: 0, to: 1 };
  return { from, to: Math.max(to, from + 1) };
}

function makeRow(n: number): HTMLElement {
  const row = document.createElement('div');
  row.id = `waterfall-${n}`;
  row.className = 'exchange';
  row.role = 'option';
  row.dataset['n'] = String(n);
  const bars = part('bars', '');
  for (const name of ['opened', 'sent', 'waiting', 'receiving'])
    bars.append(part(name, ''));
  row.append(...Object.keys(COLUMNS).map((name) => cell(name, '')), bars);
  return row;
}

function cell(name: string, text: string): HTMLElement {
  const element = part('', text);
  element.dataset['cell'] = name;
  return element;
}

function fillRow(
  row: HTMLElement,
  exchange: Exchange,
  scale: Scale,
  latest: number,
): void {
  const { method, target, status, type, link, connection, down } = exchange;
  const { total } = timesOf(exchange);
  row.dataset['state'] = exchange.state;
  if (status !== undefined) row.dataset['class'] = String(status)[0]!;
  const words = {
    method,
    target,
    status: statusOf(exchange),
    type: type ?? '',
    size: `${down.toLocaleString('en')} B`,
    total: total === undefined ? 'open' : duration(total),
    by: `${link === undefined ? '' : `${link} `}#${connection}${exchange.isHttp2 ? `, stream ${exchange.number}` : ''}${exchange.isFirst ? ', new' : ''}`,
  };
  const cells = row.children as HTMLCollectionOf<HTMLElement>;
  for (const [i, text] of Object.values(words).entries())
    if (cells[i]!.textContent !== text) cells[i]!.textContent = text;
  // It is read after what stands in the row.
  row.title = timesInWords(exchange);
  drawBars(cells[cells.length - 1]!, exchange, scale, latest);
}

function statusOf({ statusText, state }: Exchange): string {
  if (state === 'cut') return `${statusText || 'no response'}, cut`;
  return statusText || '…';
}

function drawBars(
  bars: HTMLElement,
  { opened, start, sent, firstByte, end, state }: Exchange,
  { from, to }: Scale,
  latest: number,
): void {
  const until = state === 'open' ? Math.max(end, latest) : end;
  const answered = firstByte ?? until;
  const spans = [
    [opened ?? start, start],
    [start, Math.min(sent, answered)],
    [Math.min(sent, answered), answered],
    [firstByte ?? until, until],
  ] as const;
  // The shortest, at the very end, has its room, too.
  const width = (ms: number) => `calc((100% - 4px) * ${ms / (to - from)})`;
  for (const [i, [begin, finish]] of spans.entries()) {
    const { style } = bars.children[i] as HTMLElement;
    style.insetInlineStart = width(begin - from);
    style.inlineSize = width(finish - begin);
  }
}
