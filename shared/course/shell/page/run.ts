/**
 * The learner's way through the tutorial: guesses, ticks, what the run has
 * shown. The shell's server knows all of it and tells each change; the page
 * tells the server where the learner is, and what the lesson's page shows.
 */
import { announce, own } from '@on-the-wire/viewer/page/elements.ts';
import { events } from '@on-the-wire/viewer/page/events.ts';
import { ofLesson, recall, remember } from '@on-the-wire/viewer/page/memory.ts';
import { MEMORY, STEP_ID } from '../../conditions/condition.ts';
import type { RunMessage, StepMessage } from '../../conditions/run-message.ts';
import { watchPage } from './lesson-page.ts';
import { startPredictions } from './predictions.ts';
import { tellRun } from './run-requests.ts';
import { drawTicks } from './ticks.ts';

/** Under this name earlier builds have kept the guesses, in this browser. */
const guessesOfBefore = ofLesson('answers');

let message: RunMessage | undefined;
let article: HTMLElement | undefined;
let drawPredictions: ReturnType<typeof startPredictions> = () => {};
/** Where the learner is, whether or not the server knows it already. */
let here: string | undefined;

/** Follows what the server tells, for as long as the page is open. */
export function followRun(): void {
  if (document.documentElement.dataset['exercise'] === 'yes') return;
  let watched = '';
  let unwatch = () => {};
  events.addEventListener('run', ({ data }) => {
    const before = message;
    message = JSON.parse(data) as RunMessage;
    draw();
    if (before) announceNews(before, message);
    else void takeOver();
    const names = message.watch.join('\n');
    if (names !== watched) {
      watched = names;
      unwatch();
      unwatch = names ? watchPage(message.watch, tellValues) : () => {};
    }
    const { problem } = message;
    own('unkept').hidden = problem === undefined;
    own('unkept').textContent = `Your progress is not kept: ${problem}`;
  });
  // A step begins, at the latest, when one of its controls is pointed at.
  document.addEventListener('click', ({ target }) => {
    const link = (target as Element).closest('a.points');
    const step = link?.closest<HTMLElement>('section.step');
    if (step) beginStep(step.id);
  });
}

/** The text is new: it gets what is known of its steps. */
export function fillSteps(text: HTMLElement): void {
  article = text;
  drawPredictions = startPredictions(text);
  draw();
}

/**
 * The learner is at this section.
 *
 * @param id of the section; one that is no step changes nothing
 */
export function beginStep(id: string): void {
  if (here === id || !(id === MEMORY || STEP_ID.test(id))) return;
  here = id;
  if (document.documentElement.dataset['exercise'] === 'yes') return;
  void tellRun('POST', 'begin', { step: id });
}

function draw(): void {
  if (!article || !message) return;
  drawPredictions(message.steps);
  drawTicks(article, message.steps);
}

/** What a browser has kept for an earlier build goes into the clone, once. */
async function takeOver(): Promise<void> {
  const kept = recall<Record<string, unknown>>(guessesOfBefore);
  if (kept === undefined) return;
  const guesses = Object.fromEntries(
    Object.entries(kept).filter(
      ([step, guess]) =>
        /^step-\d{1,3}$/.test(step) && typeof guess === 'string',
    ),
  );
  if (await tellRun('PUT', 'guesses', { guesses }))
    remember(guessesOfBefore, undefined);
}

// One request at a time, and the last values last.
let sending = false;
let waiting: Record<string, string> | undefined;

function tellValues(values: Record<string, string>): void {
  waiting = values;
  if (!sending) void sendValues();
}

async function sendValues(): Promise<void> {
  sending = true;
  while (waiting) {
    const values = waiting;
    waiting = undefined;
    await tellRun('PUT', 'page', { values });
  }
  sending = false;
}

/** Says what was ticked, and what a run has shown, in one sentence each. */
function announceNews(before: RunMessage, after: RunMessage): void {
  const news = Object.entries(after.steps).flatMap(([id, step]) =>
    newsOf(before.steps[id], step),
  );
  if (news.length > 0) announce(news.join(' '));
}

function newsOf(
  before: StepMessage | undefined,
  { ticks, opened, guess, decided }: StepMessage,
): string[] {
  const done = ticks.flatMap((tick, at) =>
    tick?.now && !before?.ticks[at] ? [`Done: ${tick.words}.`] : [],
  );
  const isDone = done.length > 0 && ticks.every(Boolean);
  return [
    ...done,
    ...(isDone && opened ? ['All is done: See is open.'] : []),
    ...(decided && !before?.decided
      ? [
          `${guess === undefined ? '' : `You expected: ${guess}. `}` +
            `Your run shows: ${decided.guess}.`,
        ]
      : []),
  ];
}
