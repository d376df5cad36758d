/** One line of the timeline, as an element. */
import { isUnit } from '../source.ts';
import { LANES, type TimelineRow } from './timeline-row.ts';
import { part } from './parts.ts';

const arrows = { up: '→', down: '←' };
const ways = { up: 'to the server', down: 'from the server' };

/** Backgrounds that draw the lanes that live, by their bits. */
const backgrounds = new Map<number, string>();

function background(open: number): string {
  let image = backgrounds.get(open);
  if (image === undefined) {
    image = Array.from({ length: LANES }, (_, lane) => lane)
      .filter((lane) => open & (1 << lane))
      .map((lane) => {
        const at = `calc(var(--lane) * ${lane + 0.5})`;
        return `linear-gradient(var(--line), var(--line)) ${at} 0 / 1px 100% no-repeat`;
      })
      .join(', ');
    backgrounds.set(open, image);
  }
  return image;
}

/** What the times of the lines are counted from. */
export type Since = 'run' | 'request' | 'before';

/**
 * The time of a line in seconds, for its first column.
 *
 * @param before the line before
 * @returns '' where there is nothing to count from
 */
export function timeSince(
  { line, asked }: TimelineRow,
  since: Since,
  before: () => TimelineRow | undefined,
): string {
  const from = {
    run: () => 0,
    request: () => asked,
    before: () => before()?.line.time,
  }[since]();
  if (from === undefined) return '';
  const seconds = Math.max(0, line.time - from) / 1000;
  return `${since === 'run' ? '' : '+'}${seconds.toFixed(3)}`;
}

/** What can be folded or unfolded at a row. */
function foldOf(row: TimelineRow): 'folded' | 'open' | undefined {
  if (row.events)
    return row.isFolded || !row.events.some(({ fits }) => fits)
      ? undefined
      : 'open';
  const isFolded = row.chunks?.some((each) => each.fits && each.isFolded);
  return isFolded ? 'folded' : undefined;
}

/** What a line looks like depends on, beside the line itself. */
export function lineKey(row: TimelineRow, excerpt: string | undefined): string {
  return `${foldOf(row)} ${excerpt}`;
}

/**
 * Draws it; where it stands in the timeline is for the timeline to say, and
 * its time, which is the first element.
 *
 * @param excerpt stands instead of the beginning of what the unit carries
 */
export function makeLine(row: TimelineRow, excerpt?: string): HTMLElement {
  const { line, lane, open } = row;
  const { n, connection, kind, direction, summary } = line;
  const element = document.createElement('div');
  element.id = `wire-line-${n}`;
  element.className = 'line';
  element.role = 'option';
  element.dataset['n'] = String(n);
  element.dataset['kind'] = isUnit(line) ? 'unit' : kind;
  if (direction) element.dataset['direction'] = direction;

  const lanes = part('lanes', '');
  lanes.style.background = background(open);
  const mark = part('mark', direction ? arrows[direction] : '·');
  mark.style.setProperty('--of', String(lane));
  mark.ariaHidden = 'true';
  lanes.append(mark);

  const words = part('summary', summary);
  if (isUnit(line)) {
    words.style.setProperty('--depth', String(line.layer));
    if (line.layer > 0) element.dataset['carried'] = '';
    if (line.problem !== undefined) {
      element.dataset['problem'] = '';
      // Of what is malformed the problem is the summary.
      if (summary.startsWith(line.problem)) words.classList.add('problem');
      else words.append(part('problem', ` — ${line.problem}`));
    }
    const text = excerpt ?? line.text;
    if (text !== undefined) words.append(part('text', ` ${text}`));
  }
  const { link } = line;
  if (link !== undefined) words.prepend(part('link', `${link} `));
  const fold = foldOf(row);
  if (fold) words.prepend(makeHandle(fold, row));
  element.append(
    part('time', ''),
    part('connection', `#${connection}`),
    lanes,
    direction ? part('visually-hidden', `${ways[direction]}: `) : '',
    words,
    part('size', isUnit(line) ? `${line.size.toLocaleString('en')} B` : ''),
  );
  return element;
}

/** For the pointer; keys do the same: see `timeline.ts`. */
function makeHandle(fold: 'folded' | 'open', row: TimelineRow): HTMLElement {
  const handle = part('fold', fold === 'folded' ? '▸' : '▾');
  handle.ariaHidden = 'true';
  if (fold === 'open') handle.dataset['open'] = '';
  const chunks = (row.chunks ?? [row]).map(({ line }) => line.summary);
  handle.title =
    fold === 'folded'
      ? `Show what it came in (→): ${chunks.join('; ')}`
      : 'Fold (←)';
  return handle;
}
