/**
 * What differs by engine: the reader sees the sentence for their own, and finds
 * those for the others in a fold below it.
 */
import {
  engineNames,
  engineOf,
  isSafari,
} from '@on-the-wire/viewer/page/engine.ts';
import type { Engine } from '@on-the-wire/browser/engines.ts';

const notRun =
  'Measured in WebKitGTK, which shares Safari’s engine; Safari was not run.';

/** Looks for the lists of a text that was made by tutorial/by-engine.ts. */
export function showOwnEngine(text: ParentNode): void {
  const engine = engineOf(navigator.userAgent);
  for (const list of text.querySelectorAll('ul.by-engine')) {
    const item = list.querySelector<HTMLElement>(
      `:scope > [data-engines~="${engine}"]`,
    );
    if (!item) continue;
    item.querySelector('.engine')?.remove();
    const own = document.createElement('div');
    own.append(...item.childNodes);
    const alike = (item.dataset['engines'] ?? '')
      .split(' ')
      .filter((each) => each !== engine)
      .map((each) => engineNames[each as Engine]);
    if (alike.length === 0) item.remove();
    else item.append(made('strong', `${alike.join(', ')}:`), ' As here.');
    // A run in this engine shows nothing of what others do.
    for (const tick of list.querySelectorAll('a.tick')) tick.remove();

    const box = made('div');
    box.className = 'by-engine';
    list.replaceWith(box);
    box.append(own);
    if (isSafari(navigator.userAgent)) box.append(made('p', notRun));
    const others = made('details');
    others.className = 'others';
    others.append(made('summary', 'In other engines'), list);
    if (list.childElementCount > 0) box.append(others);
  }
}

function made(name: string, words = ''): HTMLElement {
  const element = document.createElement(name);
  element.textContent = words;
  return element;
}
