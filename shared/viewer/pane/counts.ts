/** The panel that shows what the run has come to. */
import { notCounted, countsInWords } from '../counts-in-words.ts';
import type { Counts, Source } from '../source.ts';
import { paragraph, part } from './parts.ts';

/** Fills the panel, and keeps it up to date while it is open. */
export function startCounts(panel: HTMLElement, source: Source): void {
  panel.classList.add('counts');
  const list = document.createElement('dl');
  panel.append(list, paragraph(notCounted));

  let latest: Counts | undefined;
  const show = () => {
    if (panel.hidden || !latest) return;
    list.replaceChildren(
      ...countsInWords(latest).map(({ name, value, about }) => {
        const entry = document.createElement('div');
        const term = document.createElement('dt');
        term.textContent = name;
        const words = document.createElement('dd');
        words.append(part('value', value), part('about', about));
        entry.append(term, words);
        return entry;
      }),
    );
  };
  source.follow(({ counts }) => {
    latest = counts;
    show();
  });
  new MutationObserver(show).observe(panel, { attributeFilter: ['hidden'] });
}
