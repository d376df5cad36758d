/** The panel with the sequence diagram of the run. */
import { drawSvg, sentencesOf, stepsOf } from '../diagram.ts';
import { isUnit, type Line, type Source } from '../source.ts';
import { button, paragraph } from './parts.ts';

const KEPT = 5_000; // lines from which it is drawn

/** Fills the panel when it is opened: a picture that moves is hard to read. */
export function startDiagram(panel: HTMLElement, source: Source): void {
  panel.classList.add('diagram');
  let lines: Line[] = [];
  source.follow(({ lines: more }) => {
    // Of many only the last are looked at: not more than once.
    for (const line of more.slice(-KEPT)) lines.push(line);
    if (lines.length > 2 * KEPT) lines = lines.slice(-KEPT);
  });

  const bar = document.createElement('div');
  bar.className = 'quick';
  const redraw = button('Draw again');
  const save = button('Save as SVG');
  const which = document.createElement('select');
  which.ariaLabel = 'Connections in the diagram';
  bar.append(which, redraw, save);
  const picture = document.createElement('div');
  picture.className = 'picture';
  picture.tabIndex = 0;
  picture.role = 'group';
  picture.ariaLabel = 'Sequence diagram';
  const inWords = document.createElement('details');
  const summary = document.createElement('summary');
  summary.textContent = 'The same in sentences';
  const list = document.createElement('ol');
  inWords.append(summary, list);
  panel.append(bar, picture, inWords);

  const steps = () => {
    const wanted = which.value;
    return stepsOf(
      wanted === ''
        ? lines
        : lines.filter(({ connection }) => String(connection) === wanted),
    );
  };
  let width = 0;
  const draw = () => {
    width = picture.clientWidth;
    const drawn = steps();
    if (drawn.steps.length === 0) {
      picture.replaceChildren(paragraph('Nothing was sent yet.'));
      list.replaceChildren();
      return;
    }
    // A picture of our own words; those of the server are escaped in it.
    const svg = new DOMParser().parseFromString(
      drawSvg(drawn, { room: width }),
      'image/svg+xml',
    );
    picture.replaceChildren(document.importNode(svg.documentElement, true));
    list.replaceChildren(
      ...sentencesOf(drawn).map((sentence) => {
        const item = document.createElement('li');
        item.textContent = sentence;
        return item;
      }),
    );
  };
  const offer = () => {
    const kept = which.value;
    const numbers = new Set(
      lines.filter(isUnit).map(({ connection }) => connection),
    );
    which.replaceChildren(
      new Option('all connections', ''),
      ...[...numbers].map((n) => new Option(`connection #${n}`, String(n))),
    );
    which.value = numbers.has(Number(kept)) ? kept : '';
  };

  new MutationObserver(() => {
    if (panel.hidden) return;
    offer();
    draw();
  }).observe(panel, { attributeFilter: ['hidden'] });
  new ResizeObserver(() => {
    if (!panel.hidden && picture.clientWidth !== width) draw();
  }).observe(picture);
  which.addEventListener('change', draw);
  redraw.hidden = !source.isLive;
  redraw.addEventListener('click', () => {
    offer();
    draw();
  });
  save.addEventListener('click', () => {
    const file = new Blob([drawSvg(steps(), { alone: true })], {
      type: 'image/svg+xml',
    });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(file);
    link.download = 'sequence.svg';
    link.click();
    URL.revokeObjectURL(link.href);
  });
}
