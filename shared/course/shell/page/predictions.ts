/**
 * The questions of the tutorial. One click is the answer; it is kept, and opens
 * what settles it. Which answer is right is not known here.
 */
import { inside, announce } from '@on-the-wire/viewer/page/elements.ts';
import { ofLesson, recall, remember } from '@on-the-wire/viewer/page/memory.ts';

const key = ofLesson('answers');
type Answers = Record<string, string>;

/** Makes the questions of a tutorial answerable, and shows earlier answers. */
export function startPredictions(article: HTMLElement): void {
  for (const group of article.querySelectorAll<HTMLElement>('.answers'))
    startQuestion(article, group);
}

function startQuestion(article: HTMLElement, group: HTMLElement): void {
  const question = group.dataset['question'] ?? '';
  const radios = [...group.querySelectorAll<HTMLElement>('[role=radio]')];
  const outcome = article.querySelector<HTMLDetailsElement>(
    `.outcome[data-question="${question}"]`,
  );

  const show = (answer: string | undefined) => {
    for (const [index, radio] of radios.entries()) {
      const chosen = radio.dataset['answer'] === answer;
      radio.ariaChecked = String(chosen);
      radio.ariaDisabled = String(answer !== undefined && !chosen);
      radio.tabIndex = chosen || (answer === undefined && index === 0) ? 0 : -1;
    }
    if (!outcome) return;
    outcome.open = answer !== undefined;
    const said = inside(outcome, '.said');
    said.hidden = answer === undefined;
    if (answer === undefined) return;
    const words = document.createElement('b');
    words.textContent = answer;
    const again = document.createElement('button');
    again.type = 'button';
    again.textContent = 'Answer again';
    again.addEventListener('click', () => {
      keepAnswer(question, undefined);
      show(undefined);
      radios[0]?.focus();
    });
    said.replaceChildren('You said: ', words, ' ', again);
  };

  group.addEventListener('click', ({ target }) => {
    const radio = (target as Element).closest<HTMLElement>('[role=radio]');
    if (!radio || radio.ariaDisabled === 'true') return;
    if (radio.ariaChecked === 'true') return;
    const answer = radio.dataset['answer'] ?? '';
    keepAnswer(question, answer);
    show(answer);
    announce(`You said: ${answer}. What happens is shown below.`);
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

  const kept = recall<Answers>(key)?.[question];
  const still = radios.some((radio) => radio.dataset['answer'] === kept);
  show(still ? kept : undefined);
}

function keepAnswer(question: string, answer: string | undefined): void {
  // What is undefined falls out of the JSON.
  remember(key, { ...recall<Answers>(key), [question]: answer });
}
