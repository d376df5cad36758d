/**
 * The opening of a lesson: one sentence and one button, and after the press
 * what this run shows. What was found stays for as long as the run lasts.
 */
import { announce, inside } from '@on-the-wire/viewer/page/elements.ts';
import { ofLesson, recall, remember } from '@on-the-wire/viewer/page/memory.ts';
import type { Act, OpeningPart } from '../../conditions/opening.ts';
import type { OpeningSight } from './opening-sights.ts';
import { OpeningError, playOpening } from './opening-run.ts';
import { choosePane } from './panes.ts';

const { run } = document.documentElement.dataset;
const key = ofLesson('opening');

/** What is remembered: of another run no line is kept any more. */
interface Kept {
  run: string | undefined;
  sights: OpeningSight[];
}

/** Lets the opening of the text be played, and shows what was found before. */
export function startOpening(article: HTMLElement): void {
  const opening = article.querySelector<HTMLElement>('.opening');
  if (!opening) return;
  const button = inside<HTMLButtonElement>(opening, '.press');
  const doing = inside(opening, '.doing');
  const items = [...opening.querySelectorAll<HTMLElement>('.shown > li')];
  const acts = JSON.parse(opening.dataset['acts'] ?? '[]') as Act[];
  const shown = items.map(
    (item) => JSON.parse(item.dataset['show'] ?? '{}') as OpeningPart,
  );

  let presses = 0;

  const kept = recall<Kept>(key);
  if (kept?.run === run && kept?.sights.length === items.length)
    showAll(opening, kept.sights);

  button.addEventListener('click', () => {
    if (button.ariaDisabled !== 'true') void press();
  });

  async function press(): Promise<void> {
    button.ariaDisabled = 'true';
    doing.textContent = 'Wait for it …';
    inside(opening!, '.after').hidden = true;
    inside(opening!, '.shown').hidden = false;
    for (const item of items) inside(item, '.value').replaceChildren('…');
    announce(`${button.textContent}: wait for it.`);
    const sights: OpeningSight[] = [];
    const goBack = showPage(acts);
    try {
      await playOpening(acts, shown, (at, sight) => {
        sights[at] = sight;
        showSight(items[at]!, sight);
      });
      showAll(opening!, sights);
      remember(key, { run, sights } satisfies Kept);
      announce(spoken(opening!, items, sights));
    } catch (error) {
      doing.textContent =
        error instanceof OpeningError
          ? error.message
          : 'The shell did not respond. Is the lesson still running?';
      announce(doing.textContent);
    }
    button.ariaDisabled = null;
    goBack();
    opening!.dataset['presses'] = String(++presses);
  }

  /** Where there is one pane at a time, the page must be there to be pressed. */
  function showPage(all: readonly Act[]): () => void {
    const isNarrow = matchMedia('(max-width: 759px)').matches;
    if (!isNarrow || !all.some(({ act }) => act === 'page')) return () => {};
    choosePane('Page');
    return () => {
      choosePane('Tutorial');
      button.focus({ preventScroll: true });
    };
  }
}

function showAll(opening: HTMLElement, sights: readonly OpeningSight[]): void {
  const items = opening.querySelectorAll<HTMLElement>('.shown > li');
  for (const [at, item] of items.entries()) showSight(item, sights[at]!);
  inside(opening, '.press').textContent = 'Again';
  inside(opening, '.doing').textContent = '';
  inside(opening, '.shown').hidden = false;
  inside(opening, '.after').hidden = false;
}

/** All of it is text of the wire and the page: it never becomes markup. */
function showSight(item: HTMLElement, sight: OpeningSight): void {
  const { code, words, unit } = sight;
  const parts: HTMLElement[] = [];
  if (code.length > 0) {
    const pre = document.createElement('pre');
    pre.append(...code.flatMap((line, at) => lineOf(line, at)));
    parts.push(pre);
  }
  const about = document.createElement('p');
  about.className = 'about';
  about.append(words);
  if (unit !== undefined) about.append(words ? ' ' : '', unitLink(unit));
  if (about.hasChildNodes()) parts.push(about);
  inside(item, '.value').replaceChildren(...parts);
}

function lineOf(line: string, at: number): (Node | string)[] {
  const before = at === 0 ? [] : ['\n'];
  if (!line.endsWith('⚡')) return [...before, line];
  const cut = document.createElement('b');
  cut.className = 'cut';
  cut.textContent = '⚡';
  cut.ariaLabel = 'cut here';
  cut.role = 'img';
  return [...before, line.slice(0, -1), cut];
}

function unitLink(unit: number): HTMLElement {
  const link = document.createElement('a');
  link.href = `#unit-${unit}`;
  link.textContent = 'In the wire';
  // The same address again changes nothing, and must open it all the same.
  link.addEventListener('click', () => {
    choosePane('Wire');
    if (location.hash === link.hash)
      dispatchEvent(new HashChangeEvent('hashchange'));
  });
  return link;
}

/** Of what is short all, of the rest what is said about it. */
function spoken(
  opening: HTMLElement,
  items: readonly HTMLElement[],
  sights: readonly OpeningSight[],
): string {
  const found = items.map((item, at) => {
    const { code = [], words = '' } = sights[at] ?? {};
    const short = code.length === 1 ? code[0] : '';
    const parts = [short, words].filter(Boolean).join(', ');
    return `${inside(item, '.name').textContent}: ${parts}.`;
  });
  return [...found, inside(opening, '.after').textContent].join(' ');
}
