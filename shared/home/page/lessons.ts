/** The buttons that start a lesson. */
import { announce, own } from '@on-the-wire/viewer/page/elements.ts';
import { postJson } from './post-json.ts';

const problem = own('problem');
/** Those that are starting, and what stands on them otherwise. */
const waiting = new Map<HTMLButtonElement, string>();

/** Listens to them. The lesson opens in this tab: back leads here again. */
export function startLessons(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>(
    '[data-start]',
  ))
    button.addEventListener(
      'click',
      () => void startLesson(button.dataset['start']!, button),
    );
  // On going back the page is as it was kept: nothing is starting any more.
  addEventListener('pageshow', free);
}

/**
 * Starts a lesson and opens it.
 *
 * @param button was pressed, and says so until the lesson is there
 * @param hash the id of the section that is shown; without one the beginning
 */
export async function startLesson(
  name: string,
  button: HTMLButtonElement,
  hash = '',
): Promise<void> {
  if (waiting.size > 0) return;
  problem.hidden = true;
  waiting.set(button, button.textContent);
  button.textContent = 'Starting …';
  for (const each of startButtons()) each.disabled = true;
  announce('Starting the lesson');
  try {
    const { url } = await postJson<{ url: string }>('/lessons/start', { name });
    location.href = hash ? `${url}#${hash}` : url;
  } catch (error) {
    problem.textContent = (error as Error).message;
    problem.hidden = false;
    problem.scrollIntoView({ block: 'nearest' });
    free();
    button.focus();
  }
}

const startButtons = () =>
  document.querySelectorAll<HTMLButtonElement>('[data-start]');

function free(): void {
  for (const [button, words] of waiting) button.textContent = words;
  waiting.clear();
  for (const each of startButtons()) each.disabled = false;
}
