/**
 * The predictions of the tutorial. One click is the guess; it is kept in the
 * clone. After the *Do* the page shows it beside what the learner's own run has
 * shown. Nobody is marked: there are no points, and a run that contradicts the
 * text is worth to be looked at.
 */
import { announce, inside } from '@on-the-wire/viewer/page/elements.ts';
import type { StepMessage } from '../../conditions/run-message.ts';
import { tellRun } from './run-requests.ts';

type Draw = (step: StepMessage | undefined) => void;

/**
 * Lets a learner guess.
 *
 * @returns what draws the predictions as they are known, by the ids of their
 *   steps
 */
export function startPredictions(
  article: HTMLElement,
): (steps: Readonly<Record<string, StepMessage>>) => void {
  const drawn = [...article.querySelectorAll<HTMLElement>('.guesses')].map(
    (group): [string, Draw] => [
      group.dataset['question'] ?? '',
      startPrediction(article, group),
    ],
  );
  return (steps) => {
    for (const [step, draw] of drawn) draw(steps[step]);
  };
}

function startPrediction(article: HTMLElement, group: HTMLElement): Draw {
  const step = group.dataset['question'] ?? '';
  const radios = [...group.querySelectorAll<HTMLElement>('[role=radio]')];
  const outcome = article.querySelector<HTMLDetailsElement>(
    `.outcome[data-question="${step}"]`,
  );
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'guess-again';
  again.textContent = 'Guess again';
  again.hidden = true;
  group.after(again);

  /** What is known; undefined until the shell has told it. */
  let known: StepMessage | undefined;
  let guess: string | undefined;
  /** Guesses that the shell has not responded to yet. */
  let onTheirWay = 0;

  const showGuess = () => {
    for (const [index, radio] of radios.entries()) {
      const chosen = radio.dataset['guess'] === guess;
      radio.ariaChecked = String(chosen);
      radio.ariaDisabled = String(guess !== undefined && !chosen);
      radio.tabIndex = chosen || (guess === undefined && index === 0) ? 0 : -1;
    }
    again.hidden = guess === undefined;
  };
  const keep = async (made: string | undefined) => {
    guess = made;
    showGuess();
    if (outcome) {
      // What a guess is about is not told before the guess.
      outcome.open = made !== undefined && known?.opened === true;
      fill(inside(outcome, '.said'), guess, known);
    }
    onTheirWay += 1;
    await tellRun('PUT', 'guess', { step, guess: made ?? null });
    onTheirWay -= 1;
  };

  again.addEventListener('click', () => {
    void keep(undefined);
    radios[0]?.focus();
  });
  group.addEventListener('click', ({ target }) => {
    const radio = (target as Element).closest<HTMLElement>('[role=radio]');
    if (!radio || radio.ariaDisabled === 'true') return;
    if (radio.ariaChecked === 'true') return;
    void keep(radio.dataset['guess'] ?? '');
    const next = outcome?.open
      ? 'What happens is shown below.'
      : 'Now do it: what happens is shown after that.';
    announce(`Your guess: ${guess}. ${next}`);
  });
  group.addEventListener('keydown', (event) => {
    const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[
      event.key
    ];
    if (by === undefined) return;
    event.preventDefault();
    const at = radios.indexOf(document.activeElement as HTMLElement);
    radios[(at + by + radios.length) % radios.length]?.focus();
  });
  outcome?.addEventListener('toggle', () => {
    if (outcome.open && known?.opened === false)
      void tellRun('POST', 'open', { step });
  });

  showGuess();
  return (message) => {
    if (!message) return;
    const wasOpened = known?.opened ?? false;
    known = message;
    // A guess that the text does not offer any more was for another text.
    const still = radios.some(
      (radio) => radio.dataset['guess'] === message.guess,
    );
    // What was told before ours came there does not take it back.
    if (onTheirWay === 0) guess = still ? message.guess : undefined;
    showGuess();
    if (!outcome) return;
    if (message.opened !== wasOpened) outcome.open = message.opened;
    fill(inside(outcome, '.said'), guess, message);
  };
}

/** What was expected, what the run has shown, and what decides. */
function fill(
  said: HTMLElement,
  guess: string | undefined,
  known: StepMessage | undefined,
): void {
  const key = JSON.stringify([guess, known?.decides, known?.decided]);
  if (said.dataset['filled'] === key) return;
  said.dataset['filled'] = key;
  const { decides, decided } = known ?? {};
  said.hidden = guess === undefined && decided === undefined;
  const rows: [string, ...(string | Node)[]][] = [
    ['You expected', guess ?? 'nothing yet'],
  ];
  if (decided) {
    rows.push(
      ['Your run shows', decided.guess],
      ['What decides', byOf(decided)],
    );
  } else if (decides === true)
    rows.push(['Your run shows', 'nothing yet: first do what Do says']);
  else if (decides !== undefined)
    rows.push(['Your run', `cannot decide it: ${decides}`]);
  const list = document.createElement('dl');
  for (const [term, ...words] of rows) {
    const row = document.createElement('div');
    row.append(
      Object.assign(document.createElement('dt'), { textContent: term }),
      document.createElement('dd'),
    );
    row.lastElementChild!.append(...words);
    list.append(row);
  }
  said.replaceChildren(
    list,
    ...(decided?.agrees === false ? [contradiction()] : []),
  );
}

function byOf({
  by,
  unit,
}: NonNullable<StepMessage['decided']>): string | Node {
  if (unit === undefined) return by;
  const link = document.createElement('a');
  link.href = `#unit-${unit}`;
  link.textContent = by;
  return link;
}

/** A run that shows something else than the text says is not a mistake. */
function contradiction(): HTMLElement {
  const words = document.createElement('p');
  words.className = 'contradiction';
  const save = document.createElement('a');
  save.className = 'points';
  save.href = '#wire:save';
  save.textContent = 'Save this run';
  words.append(
    'This is not what the text says. Your run may be right. ',
    save,
    ', and compare it with another one.',
  );
  return words;
}
