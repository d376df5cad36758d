/**
 * The panel of a run with several processes: each link between two of them,
 * what has gone over it, and a switch that breaks it alone.
 */
import type { FaultMessage } from '../server/faults-message.ts';
import type { Source } from '../source.ts';
import { isUnit } from '../source.ts';
import { button, part } from './parts.ts';
import type { FaultSetter } from './set-faults.ts';

/** A link that carried something lately is drawn as alive for so many ms. */
const LIVELY = 600;

/** Fills the panel; it offers itself only where there are links. */
export function startLinks(
  panel: HTMLElement,
  opener: HTMLElement,
  source: Source,
  faults: FaultSetter,
): void {
  panel.classList.add('links');
  opener.hidden = true;
  const list = document.createElement('ul');
  list.ariaLabel = 'The links, and what went over them';
  panel.append(list);
  const rows = new Map<string, ReturnType<typeof makeRow>>();

  function rowOf(name: string) {
    let row = rows.get(name);
    if (!row) {
      row = makeRow(name, (down) => {
        const texts = faults.known.now.map(({ text }) => text);
        const others = texts.filter((text) => text !== `down@${name}`);
        void faults.set(down ? [...others, `down@${name}`] : others);
      });
      rows.set(name, row);
      list.append(row.element);
    }
    return row;
  }

  faults.onChange(() => {
    opener.hidden = faults.known.links.length === 0;
    for (const name of faults.known.links)
      rowOf(name).show(faults.known.now.filter(({ link }) => link === name));
  });
  source.follow(({ lines }) => {
    for (const line of lines)
      if (line.link !== undefined && isUnit(line) && line.layer === 0)
        rowOf(line.link).count(line.direction, line.size);
  });
}

/** As many digits as a row of a list has room for: `1.2 MB`. */
function inShort(bytes: number): string {
  if (bytes < 10_000) return `${bytes.toLocaleString('en')} B`;
  return bytes < 1_000_000
    ? `${Math.round(bytes / 1000)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function makeRow(name: string, onSwitch: (down: boolean) => void) {
  const [from = '', to = ''] = name.split('-');
  const element = document.createElement('li');
  const traffic = part('traffic', 'nothing yet');
  const toggle = button('Break');
  toggle.dataset['control'] = `link:${name}`;
  const broken = part('broken', '');
  element.append(part('name', `${from} → ${to}`), traffic, broken, toggle);
  const bytes = { up: 0, down: 0 };
  let units = 0;
  let isDown = false;
  let rest: ReturnType<typeof setTimeout> | undefined;
  let drawing = false;
  toggle.addEventListener('click', () => onSwitch(!isDown));
  const draw = () => {
    drawing = false;
    traffic.textContent = `${units.toLocaleString('en')} units, ${inShort(bytes.up)} → ${inShort(bytes.down)} ←`;
  };
  return {
    element,
    /** @param now the faults of this link alone */
    show(now: FaultMessage[]) {
      isDown = now.some((fault) => fault.name === 'down');
      toggle.textContent = isDown ? 'Mend' : 'Break';
      toggle.ariaLabel = `${isDown ? 'Mend' : 'Break'} ${from} to ${to}`;
      toggle.title = isDown
        ? 'Lets new connections of this link work again'
        : 'Resets all connections of this link, and every new one';
      broken.textContent = now
        .map(({ name: fault, numbers }) => `${fault} ${numbers}`.trimEnd())
        .join(', ');
      element.toggleAttribute('data-broken', now.length > 0);
    },
    count(direction: 'up' | 'down', size: number) {
      units += 1;
      bytes[direction] += size;
      element.toggleAttribute('data-lively', true);
      clearTimeout(rest);
      rest = setTimeout(
        () => element.toggleAttribute('data-lively', false),
        LIVELY,
      );
      if (!drawing) requestAnimationFrame(draw);
      drawing = true;
    },
  };
}
