/** The lessons and exercises, how far the learner is, and what starts them. */
import { announce, own } from '@on-the-wire/viewer/page/elements.ts';
import {
  openTab,
  type StartedMessage,
} from '@on-the-wire/viewer/page/own-tab.ts';
import { postJson } from '@on-the-wire/viewer/page/post-json.ts';
import type { StandingMessage } from '../messages.ts';

const problem = own('problem');
const cards = own('cards');
const stop = own('stop');
let starting = false;
let shown: ((standing: StandingMessage) => void) | undefined;

/**
 * Listens to the buttons. What they start opens in its own tab.
 *
 * @param onStanding is called with what is known of the learner, now and
 *   whenever it has changed
 */
export async function startLessons(
  onStanding: (standing: StandingMessage) => void,
): Promise<void> {
  shown = onStanding;
  document.addEventListener('click', ({ target }) => {
    const button = (target as Element).closest<HTMLButtonElement>(
      'button[data-start]',
    );
    if (button)
      void start(button.dataset['start']!, button, button.dataset['hash']);
  });
  // What was done in another tab, or in the terminal.
  addEventListener('focus', () => void refresh());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void refresh();
  });
  await refresh();
}

/**
 * Starts a lesson or an exercise, and opens its tab.
 *
 * @param what a lesson's name, or an exercise's id
 * @param button was pressed, and says so until it is there
 * @param hash the id of the section that is shown; without one the place where
 *   the learner was
 */
export async function start(
  what: string,
  button: HTMLButtonElement,
  hash?: string,
): Promise<void> {
  if (starting) return;
  starting = true;
  problem.hidden = true;
  button.ariaBusy = 'true';
  const title = button.dataset['title'] ?? what;
  announce(`Starting ${title}`);
  try {
    await openTab(
      what,
      title,
      () =>
        what.includes('/')
          ? postJson<StartedMessage>('/exercises/start', { id: what })
          : postJson<StartedMessage>('/lessons/start', { name: what }),
      hash,
    );
    announce(`${title} is in its own tab`);
  } catch (error) {
    problem.textContent = (error as Error).message;
    problem.hidden = false;
    problem.scrollIntoView({ block: 'nearest' });
  }
  starting = false;
  button.ariaBusy = null;
  await refresh();
}

let refreshes = 0;

/** Shows what is known now; what is open stays open, the focus where it was. */
async function refresh(): Promise<void> {
  const mine = (refreshes += 1);
  let standing: StandingMessage;
  try {
    const response = await fetch('/standing');
    if (!response.ok) return;
    standing = (await response.json()) as StandingMessage;
  } catch {
    return; // the server is gone: what is shown stays
  }
  if (mine !== refreshes) return; // a later one knows more
  if (!starting) {
    // Made by our own server, which escapes all texts.
    replace(stop, standing.stop);
    replace(cards, standing.lessons);
  }
  shown?.(standing);
}

function replace(place: HTMLElement, html: string): void {
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const fold of template.content.querySelectorAll('details')) {
    const before = place.querySelector<HTMLDetailsElement>(
      `[data-lesson="${fold.closest<HTMLElement>('.card')?.dataset['lesson']}"] details`,
    );
    if (before) fold.open = before.open;
  }
  const next = document.createElement('div');
  next.append(template.content);
  if (next.innerHTML === place.innerHTML) return;
  const labelOf = (element: Element | null) =>
    element?.getAttribute('aria-label') ?? element?.textContent;
  const buttons = (of: Element) => [
    ...of.querySelectorAll<HTMLElement>('button, summary'),
  ];
  const at = buttons(place).indexOf(document.activeElement as HTMLElement);
  const before = at < 0 ? undefined : labelOf(document.activeElement);
  place.replaceChildren(...next.childNodes);
  if (at < 0) return;
  // "Start" has become "Running: open", at the same place.
  const same = buttons(place).find((each) => labelOf(each) === before);
  (same ?? buttons(place)[at])?.focus({ preventScroll: true });
}
