/** The way out of a lesson: home, and whatever else can be started from here. */
import { own, announce } from '@on-the-wire/viewer/page/elements.ts';
import {
  nameTab,
  openTab,
  type StartedMessage,
} from '@on-the-wire/viewer/page/own-tab.ts';
import { postJson } from '@on-the-wire/viewer/page/post-json.ts';

/**
 * Names this tab, and lets the brand lead home.
 *
 * @param what a lesson's name, or an exercise's id
 */
export function startHome(what: string): void {
  nameTab(what);
  own('home').addEventListener('click', () => void open('home', 'home page'));
}

/**
 * Opens something in its own tab, and says where that fails.
 *
 * @param what `home`, a lesson's name, or an exercise's id
 * @param title for people
 */
export async function open(what: string, title: string): Promise<void> {
  const failed = own('failed');
  failed.hidden = true;
  announce(`Opening ${title}`);
  try {
    await openTab(what, title, () => start(what));
    announce(`${title} is in its own tab`);
  } catch (error) {
    failed.textContent = (error as Error).message;
    failed.hidden = false;
  }
}

function start(what: string): Promise<StartedMessage> {
  if (what === 'home') return postJson('/home/start', {});
  return what.includes('/')
    ? postJson('/exercises/start', { id: what })
    : postJson('/lessons/start', { name: what });
}
