/**
 * The predictions of the tutorial. One click is the guess; it is kept, and opens
 * what settles it. Which guess is right is not known here.
 */
import { inside, announce } from '@on-the-wire/viewer/page/elements.ts';
import { ofLesson, recall, remember } from '@on-the-wire/viewer/page/memory.ts';

// Under this name earlier builds have kept them.
const key = ofLesson('answers');
type Guesses = Record<string, string>;

/** Lets a learner guess, and shows what was guessed before. */
export function startPredictions(article: HTMLElement): void {
  for (const group of article.querySelectorAll<HTMLElement>('.guesses'))
    startPrediction(article, group);
}

function startPrediction(article: HTMLElement, group: HTMLElement): void {
  const question = group.dataset['question'] ?? '';
  const radios = [...group.querySelectorAll<HTMLElement>('[role=radio]')];
  const outcome = article.querySelector<HTMLDetailsElement>(
    `.outcome[data-question="${question}"]`,
  );

  const show = (guess: string | undefined) => {
    for (const [index, radio] of radios.entries()) {
      const chosen = radio.dataset['guess'] === guess;
      radio.ariaChecked = String(chosen);
      radio.ariaDisabled = String(guess !== undefined && !chosen);
      radio.tabIndex = chosen || (guess === undefined && index === 0) ? 0 : -1;
    }
    if (!outcome) return;
    outcome.open = guess !== undefined;
    const said = inside(outcome, '.said');
    said.hidden = guess === undefined;
    if (guess === undefined) return;
    const words = document.createElement('b');
    words.textContent = guess;
    const again = document.createElement('button');
    again.type = 'button';
    again.textContent = 'Guess again';
    again.addEventListener('click', () => {
      keepGuess(question, undefined);
      show(undefined);
      radios[0]?.focus();
    });
    said.replaceChildren('Your guess: ', words, ' ', again);
  };

  group.addEventListener('click', ({ target }) => {
    const radio = (target as Element).closest<HTMLElement>('[role=radio]');
    if (!radio || radio.ariaDisabled === 'true') return;
    if (radio.ariaChecked === 'true') return;
    const guess = radio.dataset['guess'] ?? '';
    keepGuess(question, guess);
    show(guess);
    announce(`Your guess: ${guess}. What happens is shown below.`);
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

  const kept = recall<Guesses>(key)?.[question];
  const still = radios.some((radio) => radio.dataset['guess'] === kept);
  show(still ? kept : undefined);
}

function keepGuess(question: string, guess: string | undefined): void {
  // What is undefined falls out of the JSON.
  remember(key, { ...recall<Guesses>(key), [question]: guess });
}
