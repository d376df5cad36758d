/** The buttons that start a lesson. */
import { announce, own } from '@on-the-wire/viewer/page/elements.ts';
import { postJson } from './post-json.ts';

/** Listens to them. The lesson opens in this tab: back leads here again. */
export function startLessons(): void {
  const buttons = document.querySelectorAll<HTMLButtonElement>('[data-start]');
  for (const button of buttons)
    button.addEventListener('click', () => void start(button, [...buttons]));
  // On going back the page is as it was kept: nothing is starting any more.
  addEventListener('pageshow', () => {
    for (const button of buttons) free(button);
  });
}

async function start(
  button: HTMLButtonElement,
  all: HTMLButtonElement[],
): Promise<void> {
  const problem = own('problem');
  problem.hidden = true;
  for (const each of all) each.disabled = true;
  button.textContent = 'Starting …';
  announce('Starting the lesson');
  try {
    const name = button.dataset['start'];
    const { url } = await postJson<{ url: string }>('/lessons/start', { name });
    location.href = url;
  } catch (error) {
    problem.textContent = (error as Error).message;
    problem.hidden = false;
    for (const each of all) free(each);
    button.focus();
  }
}

function free(button: HTMLButtonElement): void {
  button.disabled = false;
  button.textContent = 'Start';
}
