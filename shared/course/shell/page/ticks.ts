/**
 * The ticks of a step's actions, and what of *See* the learner's run has shown.
 * Which are done says the shell's server; here they are only drawn.
 */
import type { StepMessage, TickMessage } from '../../conditions/run-message.ts';
import { tellRun } from './run-requests.ts';

/** Draws the ticks of all steps. */
export function drawTicks(
  article: HTMLElement,
  steps: Readonly<Record<string, StepMessage>>,
): void {
  for (const tick of article.querySelectorAll<HTMLAnchorElement>('a.tick')) {
    const { step = '', action, see } = tick.dataset;
    const message = steps[step];
    if (action !== undefined)
      drawAction(tick, message?.ticks[Number(action)] ?? undefined);
    else drawSeen(tick, message?.sees[Number(see)] ?? undefined);
  }
  for (const [id, { ticks }] of Object.entries(steps)) {
    const block = article.querySelector(`#${id} .block.do`);
    if (block) drawAgain(block, id, ticks.some(Boolean));
  }
}

function drawAction(
  tick: HTMLAnchorElement,
  done: TickMessage | undefined,
): void {
  const when = done?.now === false ? 'done in an earlier run' : 'done';
  const words = done ? `${when}: ${done.words}` : 'to do';
  draw(tick, done ? '✓' : '○', words, done);
}

function drawSeen(
  tick: HTMLAnchorElement,
  seen: TickMessage | undefined,
): void {
  tick.hidden = !seen;
  if (seen) draw(tick, '✓ in your run', `: ${seen.words}`, seen);
}

/** A mark that is seen, and words that are heard; the mark leads to the unit. */
function draw(
  tick: HTMLAnchorElement,
  mark: string,
  words: string,
  done: TickMessage | undefined,
): void {
  const key = JSON.stringify([words, done]);
  // A tick that stays is left alone: it may have the focus.
  if (tick.dataset['drawn'] === key) return;
  tick.dataset['drawn'] = key;
  const seen = document.createElement('span');
  seen.textContent = mark;
  const heard = document.createElement('span');
  heard.className = 'visually-hidden';
  heard.textContent = words;
  if (tick.dataset['action'] !== undefined) seen.ariaHidden = 'true';
  tick.replaceChildren(seen, heard);
  tick.toggleAttribute('data-done', done !== undefined);
  if (done) tick.title = words.replace(/^: /, '');
  else tick.removeAttribute('title');
  if (done?.unit === undefined) tick.removeAttribute('href');
  else tick.href = `#unit-${done.unit}`;
}

/** The button that begins the *Do* once more, once some of it is done. */
function drawAgain(block: Element, step: string, some: boolean): void {
  const known = block.querySelector<HTMLElement>(':scope > .again');
  if (known) known.hidden = !some;
  if (known || !some) return;
  const line = document.createElement('p');
  line.className = 'again';
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = 'Do it again';
  button.addEventListener(
    'click',
    () => void tellRun('POST', 'again', { step }),
  );
  line.append(button);
  block.append(line);
}
