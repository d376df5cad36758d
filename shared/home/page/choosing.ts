/** The questions, and the way to talk that fits the answers. */
import { beyondTheTable } from '@on-the-wire/compare/choosing/beyond.ts';
import {
  choose,
  ways,
  type Choice,
  type Way,
} from '@on-the-wire/compare/choosing/choose.ts';
import {
  cellInWords,
  lackInWords,
  partsInWords,
  reminderInWords,
} from '@on-the-wire/compare/choosing/in-words.ts';
import {
  products,
  type Product,
} from '@on-the-wire/compare/choosing/products.ts';
import {
  questions,
  unanswered,
  type Answers,
  type Question,
} from '@on-the-wire/compare/choosing/questions.ts';
import { readOn, type ReadOn } from '@on-the-wire/compare/choosing/read-on.ts';
import { own } from '@on-the-wire/viewer/page/elements.ts';
import { pnpmOfPage } from '@on-the-wire/viewer/page/pnpm.ts';
import { columnTitle, markTable, openAt, rowOf, wordOfCell } from './table.ts';

/** The fault that hurts a way most. */
const weakness: Record<Way, string> = {
  request: 'latency=200ms',
  poll: 'latency=200ms',
  'poll-list': 'latency=200ms',
  'long-poll': 'latency=200ms',
  stream: 'reset=after:5s',
  sse: 'buffer=64kB',
  websocket: 'reset=after:5s',
};

let answers: Answers = {};
const selects = new Map<Question, HTMLSelectElement>();

/** Draws the questions, and listens to them. */
export function startChoosing(): void {
  const form = own<HTMLFormElement>('questions');
  for (const name of Object.keys(questions) as Question[]) {
    const { title, answers: all } = questions[name];
    const select = selectOf('not chosen yet', all);
    select.addEventListener('change', () => {
      answers = { ...answers, [name]: select.value || undefined };
      own<HTMLSelectElement>('product').value = '';
      own('description').textContent = '';
      showChoice();
    });
    selects.set(name, select);
    form.append(labelled(title, select));
  }
  const examples = own<HTMLSelectElement>('product');
  for (const [name, { title }] of Object.entries(products))
    examples.append(new Option(title, name));
  examples.addEventListener('change', () => {
    const product: Product | undefined =
      products[examples.value as keyof typeof products];
    setAnswers(product?.answers ?? {});
    own('description').textContent = product?.description ?? '';
  });
}

function setAnswers(all: Answers): void {
  answers = all;
  for (const [name, select] of selects) select.value = all[name] ?? '';
  showChoice();
}

/** Shows what is left, according to what the table says now. */
export function showChoice(): void {
  const choice = choose(answers, wordOfCell);
  const open = unanswered(answers);
  const none = open.length === selects.size;
  const isDone = open.length === 0;
  markTable(
    none ? undefined : choice.fits,
    new Set(isDone ? choice.decided : choice.out.map(({ row }) => row)),
  );
  own('chosen').textContent = none ? '' : sentenceOf(choice, open.length);
  own('why').replaceChildren(
    ...listOf('What decided', isDone ? rowButtons(choice) : []),
    ...listOf('Ruled out', choice.out.map(lackItem)),
    ...listOf('Keep in mind', isDone ? choice.mind.map(mindItem) : []),
    ...listOf(
      'Beyond the table',
      isDone ? beyondTheTable(answers).map((text) => new Text(text)) : [],
    ),
    ...listOf(
      'In the course',
      isDone ? readOn(answers, choice).map(readOnButton) : [],
    ),
    ...listOf('See it at its weakest', isDone ? [trialOf(choice)] : []),
  );
}

function sentenceOf(choice: Choice, open: number): string {
  if (open > 0)
    return `${open} ${open === 1 ? 'question' : 'questions'} left. ${leftOf(choice)}`;
  const parts = partsInWords(choice);
  return choice.compromise
    ? `No way does all of it. The nearest is ${parts}.`
    : `Take ${parts}.`;
}

const leftOf = ({ fits }: Choice) =>
  fits.length === 0
    ? 'No column does all of it alone.'
    : `Still possible: ${fits.map(columnTitle).join(', ')}.`;

function listOf(title: string, items: Node[]): Node[] {
  if (items.length === 0) return [];
  const head = document.createElement('h3');
  head.textContent = title;
  const list = document.createElement('ul');
  list.append(
    ...items.map((item) => {
      const entry = document.createElement('li');
      entry.append(item);
      return entry;
    }),
  );
  const block = document.createElement('div');
  block.append(head, list);
  return [block];
}

function rowButtons({ decided, parts }: Choice): Node[] {
  const { column } = ways[parts[0]!.way];
  return decided.map((row) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = cellInWords({
      question: rowOf(row).question,
      word: wordOfCell(row, column),
    });
    button.addEventListener('click', () => openAt(row, column));
    return button;
  });
}

/** Starts the lesson, and opens it there: see lessons.ts. */
function readOnButton({ question, lesson, hash }: ReadOn): Node {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = question;
  Object.assign(button.dataset, { start: lesson, hash, title: question });
  return button;
}

const lackItem = (lack: Choice['out'][number]) =>
  new Text(lackInWords(lack, (row) => rowOf(row).question));

function mindItem({ row, column }: Choice['mind'][number]): Node {
  const { question, cells } = rowOf(row);
  const { sentence } = cells.find((cell) => cell.column === column)!;
  const word = wordOfCell(row, column);
  return new Text(reminderInWords({ question, word }, sentence));
}

function trialOf({ parts }: Choice): Node {
  const code = document.createElement('code');
  const { way } = parts[0]!;
  code.textContent = `${pnpmOfPage} compare --only ${ways[way].id} --fault ${weakness[way]}`;
  return code;
}

function selectOf(
  none: string,
  all: Readonly<Record<string, string>>,
): HTMLSelectElement {
  const select = document.createElement('select');
  select.append(new Option(none, ''));
  for (const [value, text] of Object.entries(all))
    select.append(new Option(text, value));
  return select;
}

function labelled(text: string, select: HTMLSelectElement): HTMLElement {
  const label = document.createElement('label');
  const title = document.createElement('span');
  title.textContent = text;
  label.append(title, select);
  return label;
}
