/** One line of the timeline, as an element. */
import { isUnit } from '../source.ts';
import { LANES, type TimelineRow } from './timeline-rows.ts';
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

/** Draws it; where it stands in the timeline is for the timeline to say. */
export function makeLine({ line, lane, open }: TimelineRow): HTMLElement {
  const { n, connection, time, kind, direction, summary } = line;
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
  }
  const { link } = line;
  if (link !== undefined) words.prepend(part('link', `${link} `));
  element.append(
    part('time', (time / 1000).toFixed(3)),
    part('connection', `#${connection}`),
    lanes,
    direction ? part('visually-hidden', `${ways[direction]}: `) : '',
    words,
    part('size', isUnit(line) ? `${line.size.toLocaleString('en')} B` : ''),
  );
  return element;
}
