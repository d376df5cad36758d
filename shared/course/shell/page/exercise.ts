/** The exercise: what the check said, and what can be done about it. */
import type {
  ExerciseAction,
  ExerciseMessage,
  SolutionMessage,
  VerdictMessage,
} from '../exercise-message.ts';
import { inside, own, announce } from '@on-the-wire/viewer/page/elements.ts';
import { events } from '@on-the-wire/viewer/page/events.ts';
import { FlapText } from '@on-the-wire/lesson/board/flap-text.ts';
import { flapStyle } from '@on-the-wire/lesson/board/departures-board.ts';
import { showOwnEngine } from './own-engine.ts';
import { choosePane } from './panes.ts';

const panel = own('exercise');
const part = <T extends HTMLElement = HTMLElement>(name: string) =>
  inside<T>(panel, `.${name}`);

const noMore =
  'These were all hints. Solution shows the difference from ours; ' +
  'Start over gives you the file as it was.';

let passed = false;
let told = '';
/** The exercise as a train: its id, its title, its status. */
let train: { id: string; status: FlapText } | undefined;

/** Shows the panel where an exercise is being done. */
export function startExercise(): void {
  if (document.documentElement.dataset['exercise'] !== 'yes') return;
  panel.hidden = false;
  const flaps = new CSSStyleSheet();
  flaps.replaceSync(flapStyle);
  document.adoptedStyleSheets.push(flaps);
  events.addEventListener('exercise', ({ data }) =>
    show(JSON.parse(data) as ExerciseMessage),
  );
  const on = (name: string, act: () => void) =>
    part(name).addEventListener('click', act);
  on('check', () => void ask('check'));
  on('hint', () => void ask('hint'));
  on('next', () => void ask('next'));
  on('reset', () =>
    question('Start over? Your file so far is kept beside the new one.', () =>
      ask('reset'),
    ),
  );
  on('solution', () =>
    passed
      ? void showSolution()
      : question(
          'It has not passed yet. See the solution all the same?',
          showSolution,
        ),
  );
}

async function ask(action: ExerciseAction): Promise<void> {
  const response = await fetch(`/exercise/${action}`, { method: 'POST' });
  const failed = own('failed');
  failed.hidden = response.ok;
  if (!response.ok) failed.textContent = await response.text();
}

function question(text: string, yes: () => Promise<void>): void {
  const box = part('question');
  const button = (name: string, act: () => void) => {
    const made = Object.assign(document.createElement('button'), {
      type: 'button',
      textContent: name,
    });
    made.addEventListener('click', () => {
      box.hidden = true;
      act();
    });
    return made;
  };
  const words = document.createElement('p');
  words.textContent = text;
  const sure = button('Yes', () => void yes());
  box.replaceChildren(
    words,
    sure,
    button('No', () => {}),
  );
  box.hidden = false;
  sure.focus();
}

async function showSolution(): Promise<void> {
  const response = await fetch('/exercise/solution');
  if (!response.ok) return announce(await response.text());
  const { diff, ways } = (await response.json()) as SolutionMessage;
  const pre = part('diff');
  pre.replaceChildren(
    ...diff.split('\n').map((line) => {
      const kinds: Record<string, string> = { '+': 'ins', '-': 'del' };
      const made = document.createElement(kinds[line[0] ?? ''] ?? 'span');
      made.textContent = `${line}\n`;
      return made;
    }),
  );
  pre.hidden = false;
  showWays(ways);
  pre.focus();
  return undefined;
}

/** The right answers beside the solution: a sentence each, and the code. */
function showWays(ways: SolutionMessage['ways']): void {
  const box = part('ways');
  box.hidden = ways.length === 0;
  box.replaceChildren(element('h3', 'Other right ways'));
  for (const { sentence, path, code } of ways) {
    const words = document.createElement('div');
    // Made from what stands beside the exercise by the shell itself.
    words.innerHTML = sentence;
    box.append(words, fold(path, code));
  }
}

function fold(name: string, text: string): HTMLElement {
  const made = document.createElement('details');
  const pre = element('pre', text);
  pre.tabIndex = 0;
  made.append(element('summary', name), pre);
  return made;
}

function show(message: ExerciseMessage): void {
  const { id, title, minutes, file, checking, step, verdict } = message;
  ({ passed } = message);
  part('name').textContent = `${id} ${title}, ${minutes} min`;
  showTrain(id, verdict?.passed ? 'departed' : passed ? 'boarding' : undefined);
  showPath(file);
  const word = checking ? 'checking …' : wordOf(verdict);
  panel.dataset['word'] = checking ? 'checking' : word.replaceAll(' ', '-');
  part('word').textContent = word;
  part('how').textContent = checking ? (step ?? '') : howOf(verdict);
  part('told').ariaBusy = String(checking);
  for (const [name, text] of [
    ['browser', message.browser],
    ['done', message.notice],
  ] as const) {
    part(name).textContent = text;
    part(name).hidden = text === '';
  }
  part<HTMLButtonElement>('check').disabled = checking;
  part<HTMLButtonElement>('hint').disabled = message.hintsLeft === 0;
  const hint = message.hints.length === 0 ? 'Hint' : 'Another hint';
  part('hint').textContent = message.hintsLeft === 0 ? 'No more hints' : hint;
  part('next').hidden = !message.next;
  part('next').textContent = message.next ? `Next: ${message.next}` : '';
  part('next').classList.toggle('primary', Boolean(verdict?.passed));
  // Made from the exercise's own README.md by the shell itself.
  part('hints').innerHTML = message.hints
    .map((text, at) => `<h3>Hint ${at + 1}</h3>${text}`)
    .join('');
  if (message.hints.length > 0 && message.hintsLeft === 0)
    part('hints').append(element('p', noMore));
  part('after').innerHTML = message.after ?? '';
  showOwnEngine(part('hints'));
  showOwnEngine(part('after'));
  if (message.after !== undefined)
    part('after').append(element('p', wayOn(message)));
  showVerdict(verdict);
  const words = verdict?.failure?.title ?? '';
  const now = checking ? word : `${word}. ${words}`;
  if (now !== told) announce(now);
  told = now;
}

/** What else there is once it has passed. */
function wayOn({ ways, next }: ExerciseMessage): string {
  const count = ways === 1 ? '1 other right way' : `${ways} other right ways`;
  const others = ways > 0 ? `, and ${count}` : '';
  const solution = `Solution shows the difference from ours${others}.`;
  return next ? `${solution} Next is ${next}.` : solution;
}

/**
 * Once it has passed it is a train that has left, and the flaps turn.
 *
 * @param status undefined while there is nothing to show
 */
function showTrain(id: string, status: 'departed' | 'boarding' | undefined) {
  const place = part('train');
  place.hidden = status === undefined;
  if (status === undefined) return;
  if (train?.id !== id) {
    train = { id, status: new FlapText(9, 'boarding') };
    place.replaceChildren(
      new FlapText(id.length, id).element,
      train.status.element,
    );
  }
  train.status.set(status);
  place.dataset['status'] = status;
}

function wordOf(verdict: VerdictMessage | undefined): string {
  if (!verdict) return 'not checked yet';
  return verdict.passed ? 'passed' : 'not yet';
}

/** In what time, and with what data it can be had again. */
function howOf(verdict: VerdictMessage | undefined): string {
  return verdict ? `in ${verdict.seconds} s, seed ${verdict.seed}` : '';
}

function showVerdict(verdict: VerdictMessage | undefined): void {
  part('steps').replaceChildren(
    ...(verdict?.steps ?? []).map((step) => {
      const item = element('li', step.name);
      item.className = step.passed ? 'good' : 'bad';
      item.prepend(element('span', step.passed ? '✓ ' : '✗ '));
      return item;
    }),
  );
  const failure = verdict?.failure;
  const box = part('failure');
  box.hidden = !failure;
  if (!failure) return;
  const list = document.createElement('dl');
  const row = (label: string, ...content: (Node | string)[]) => {
    const value = document.createElement('dd');
    value.append(...content);
    list.append(element('dt', label), value);
  };
  for (const { label, text } of failure.rows) row(label, element('code', text));
  const { came, note, section, tryIt, unit, details } = failure;
  if (came) row('came', caretLine(came, note));
  else if (note) row('', note);
  if (section)
    row(
      'says so',
      section.url ? link(section.url, section.name) : section.name,
    );
  if (tryIt) row('try it', element('code', tryIt), copyButton(tryIt));
  if (unit !== undefined) row('see it', unitLink(unit));
  box.replaceChildren(element('h3', failure.title), list);
  const printed = verdict.printed.join('\n');
  for (const [name, text] of [
    ['Its full output', details],
    ['What your code printed', printed],
  ] as const) {
    if (!text) continue;
    box.append(fold(name, text));
  }
}

/** What came, and below it the caret, in a box that scrolls as one. */
function caretLine(
  { text, caret }: { text: string; caret?: number },
  note = '',
): DocumentFragment {
  const pre = document.createElement('pre');
  pre.tabIndex = 0;
  if (caret === undefined) pre.append(text);
  else {
    const before = text.slice(0, caret);
    const [character = ''] = text.slice(caret);
    const pointer = element('span', '^');
    pointer.className = 'bad';
    pre.append(
      before,
      element('mark', character || ' '),
      text.slice(caret + character.length),
      '\n',
      asWideAs(before),
      pointer,
    );
  }
  const both = document.createDocumentFragment();
  const words = element('p', note);
  words.className = 'note bad';
  both.append(pre, words);
  return both;
}

/** Only the font knows how wide a character is that is not ASCII. */
function asWideAs(text: string): Node | string {
  if (/^[ -~]*$/.test(text)) return ' '.repeat(text.length);
  const made = element('span', text);
  made.className = 'unseen';
  made.ariaHidden = 'true';
  return made;
}

function unitLink(unit: number): HTMLElement {
  const anchor = link(`#unit-${unit}`, 'in the wire');
  anchor.removeAttribute('target');
  // The same address again changes nothing, and must open it all the same.
  anchor.addEventListener('click', () => {
    choosePane('Wire');
    if (location.hash === `#unit-${unit}`)
      dispatchEvent(new HashChangeEvent('hashchange'));
  });
  return anchor;
}

/** Where the learner's file is: a link, as it is one of the lesson's folder. */
function showPath(file: string): void {
  const path = part('path');
  if (path.textContent === file) return;
  const [, inLesson] = /^lessons\/[^/]+\/(.+)$/.exec(file) ?? [];
  if (inLesson === undefined) return void (path.textContent = file);
  const encoded = inLesson.split('/').map(encodeURIComponent).join('/');
  const anchor = link(`/files/${encoded}`, file);
  anchor.removeAttribute('target');
  path.replaceChildren(anchor);
}

/** Works by startCopying. */
function copyButton(text: string): HTMLElement {
  const button = element('button', 'Copy');
  button.setAttribute('type', 'button');
  button.className = 'copy inline';
  button.dataset['copy'] = text;
  button.ariaLabel = `Copy ${text}`;
  return button;
}

function link(href: string, text: string): HTMLAnchorElement {
  const anchor = document.createElement('a');
  Object.assign(anchor, { href, textContent: text });
  anchor.target = '_blank';
  anchor.rel = 'noopener';
  return anchor;
}

function element(name: string, text: string): HTMLElement {
  return Object.assign(document.createElement(name), { textContent: text });
}
