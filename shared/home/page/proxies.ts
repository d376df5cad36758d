/** The page of the proxies: its table, and the dialog of a cell. */
import { announce, inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { startLooks } from '@on-the-wire/viewer/page/looks.ts';
import { recall, remember } from '@on-the-wire/viewer/page/memory.ts';
import { nameTab } from '@on-the-wire/viewer/page/own-tab.ts';
import { postJson } from '@on-the-wire/viewer/page/post-json.ts';
import type { Http } from '@on-the-wire/compare/claims/columns.ts';
import { dateInWords } from '../date-in-words.ts';
import type {
  MeasuredHere,
  MeasureMessage,
  ProxiesMessage,
  QuestionMessage,
  SubjectMessage,
} from '../proxies/message.ts';
import { isForwarded } from './forwarded.ts';

/** What this browser remembers of what was measured here. */
interface Remembered {
  /** The server that has the recordings. */
  home: string;
  here: Record<string, MeasuredHere>;
}

interface Cell {
  subject: SubjectMessage;
  question: QuestionMessage;
  button: HTMLButtonElement;
}

const REMEMBERED = 'proxies';
const dialog = own<HTMLDialogElement>('cell');
const run = own<HTMLButtonElement>('run');
const buttons = ['quick', 'all'].map((name) => own<HTMLButtonElement>(name));

let table: ProxiesMessage;
let cells: Cell[] = [];
let here: Remembered['here'] = {};
let opened: Cell | undefined;

nameTab('proxies');
startLooks();
table = (await (await fetch('/proxies/table')).json()) as ProxiesMessage;
const remembered = recall<Remembered>(REMEMBERED);
if (remembered?.home === table.home) ({ here } = remembered);
draw();
own('forwarded').hidden = !isForwarded;
own('http').addEventListener('change', draw);
own('quick').addEventListener('click', () => void measureAll(false));
own('all').addEventListener('click', () => void measureAll(true));
own('cell-close').addEventListener('click', () => dialog.close());
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close(); // beside it
});
run.addEventListener('click', () => void measureOpened());

/** What is chosen over the table; a reload may keep it. */
function chosenHttp(): Http {
  return inside<HTMLInputElement>(own('http'), ':checked').value as Http;
}

/** `nginx first-event 1.1` */
function nameOf({ subject, question }: Cell, http = chosenHttp()): string {
  return `${subject.id} ${question.id} ${http}`;
}

function draw(): void {
  const http = chosenHttp();
  const asked = new Set(
    table.questions.flatMap((question) => question.asked[http]),
  );
  const subjects = table.subjects.filter(({ id }) => asked.has(id));
  const head = document.createElement('thead');
  head.append(
    line([element('td'), ...subjects.map((subject) => headOf(subject))]),
  );
  const body = document.createElement('tbody');
  cells = [];
  for (const question of table.questions) {
    if (question.asked[http].length === 0) continue;
    body.append(
      line([
        header(question.title, 'row'),
        ...subjects.map((subject) => drawCell(subject, question)),
      ]),
    );
  }
  own('table').replaceChildren(head, body);
  own('missing').replaceChildren(
    ...[...new Set(table.subjects.flatMap(({ howTo }) => howTo ?? []))].map(
      (sentence) => element('li', sentence),
    ),
  );
  const isNone = subjects.every((subject) => subject.here === undefined);
  for (const button of buttons) button.disabled = isNone;
  sum();
}

function headOf({ title, here: installed, ours }: SubjectMessage): HTMLElement {
  const head = header(title, 'col');
  // The words of the cells are those of our run, whatever is installed.
  const there =
    installed === undefined ? 'not installed here' : `here ${installed}`;
  head.append(
    element('small', installed === ours ? ours : `${ours}: our run, ${there}`),
  );
  return head;
}

function drawCell(
  subject: SubjectMessage,
  question: QuestionMessage,
): HTMLElement {
  const place = element('td');
  if (!question.asked[chosenHttp()].includes(subject.id)) {
    place.textContent = '–';
    return place;
  }
  const button = document.createElement('button');
  button.type = 'button';
  const cell: Cell = { subject, question, button };
  cells.push(cell);
  button.addEventListener('click', () => open(cell));
  show(cell);
  place.append(button);
  return place;
}

/** The word of a cell, and whether it holds here. */
function show(cell: Cell): void {
  const name = nameOf(cell);
  const ours = table.cells[name]?.word ?? 'not measured';
  const found = here[name];
  // A number stays with its unit.
  const parts: (Node | string)[] = [
    ours.replaceAll(/(?<=\d) (?=s\b|kB\b)/g, '\u00a0'),
  ];
  if (found) {
    const isSame = found.word === ours;
    const mark = element(
      'span',
      isSame ? '✓ here, too' : `here: ${found.word}`,
    );
    mark.className = `mark ${isSame ? 'good' : 'bad'}`;
    parts.push(' ', mark);
  }
  cell.button.replaceChildren(...parts);
}

function open(cell: Cell): void {
  opened = cell;
  const { subject, question } = cell;
  own('cell-title').textContent = `${question.title}: ${subject.title}`;
  inside(dialog, '.today').textContent = question.question;
  inside(dialog, '.sentence').textContent = question.sentence;
  showMeasured(cell);
  own('outcome').textContent = subject.howTo ?? '';
  own('outcome').className = '';
  run.disabled = subject.here === undefined;
  run.textContent = question.waits
    ? 'Measure it here: up to 65 s'
    : 'Measure it here';
  dialog.showModal();
}

/** What was measured: for the course, and here. */
function showMeasured(cell: Cell): void {
  const { subject } = cell;
  const name = nameOf(cell);
  const ours = table.cells[name];
  const found = here[name];
  inside(dialog, '.measured').replaceChildren(
    ...(ours
      ? [
          measuredItem(
            `${subject.ours}, ${dateInWords(subject.date)}`,
            ours,
            name,
          ),
        ]
      : []),
    ...(found
      ? [measuredItem(`Here, ${subject.here ?? ''}`, found, found.run)]
      : []),
  );
}

function measuredItem(
  where: string,
  { word, evidence }: { word: string; evidence: string },
  name: string,
): HTMLElement {
  const link = document.createElement('a');
  link.href = `/recording?run=${encodeURIComponent(name)}`;
  link.target = '_blank';
  link.rel = 'noopener';
  link.ariaLabel = `Its units, both sides: ${where}`;
  link.textContent = 'Its units, both sides ↗';
  const item = element('li', `${where}, over HTTP/${chosenHttp()}: `);
  item.append(element('strong', word), `: ${evidence}. `, link);
  return item;
}

async function measureOpened(): Promise<void> {
  const asked = opened;
  if (!asked) return;
  const outcome = own('outcome');
  run.disabled = true;
  outcome.className = '';
  outcome.textContent = 'Measuring …';
  try {
    await measure(asked.subject, [asked.question]);
    if (opened !== asked) return;
    outcome.textContent = 'Measured.';
    showMeasured(asked);
  } catch (error) {
    if (opened === asked) outcome.textContent = (error as Error).message;
  } finally {
    if (opened === asked) {
      run.disabled = false;
      if (dialog.open) run.focus();
    }
  }
}

/** Measures every proxy that is installed, all at once. */
async function measureAll(waits: boolean): Promise<void> {
  const questions = table.questions.filter((each) => waits || !each.waits);
  const subjects = table.subjects.filter(
    (subject) =>
      subject.here !== undefined &&
      cells.some((cell) => cell.subject === subject),
  );
  for (const button of buttons) button.disabled = true;
  own('problem').hidden = true;
  let done = 0;
  const progress = () =>
    (own('sum').textContent =
      `Measuring: ${done} of ${subjects.length} proxies done`);
  progress();
  await Promise.all(
    subjects.map(async (subject) => {
      try {
        await measure(subject, questions);
      } catch (error) {
        own('problem').textContent = (error as Error).message;
        own('problem').hidden = false;
      }
      done += 1;
      progress();
    }),
  );
  for (const button of buttons) button.disabled = false;
  sum();
}

async function measure(
  subject: SubjectMessage,
  questions: QuestionMessage[],
): Promise<void> {
  const http = chosenHttp();
  const { outcomes } = await postJson<{ outcomes: MeasuredHere[] }>(
    '/proxies/measure',
    {
      subject: subject.id,
      questions: questions.map(({ id }) => id),
      http,
    } satisfies MeasureMessage,
  );
  for (const outcome of outcomes)
    here[`${subject.id} ${outcome.question} ${http}`] = outcome;
  remember(REMEMBERED, { home: table.home, here } satisfies Remembered);
  for (const cell of cells) show(cell);
  sum();
}

/** How many of the cells that are shown were measured here, and are the same. */
function sum(): void {
  const known = cells.flatMap((cell) => {
    const found = here[nameOf(cell)];
    return found ? [found.word === table.cells[nameOf(cell)]?.word] : [];
  });
  if (known.length === 0) {
    own('sum').textContent = '';
    return;
  }
  const others = known.filter((isSame) => !isSame).length;
  const words =
    `${known.length} of ${cells.length} measured here: ` +
    (others === 0 ? 'all as in our run' : `${others} not as in our run`);
  own('sum').textContent = words;
  announce(words);
}

function header(text: string, scope: string): HTMLElement {
  const cell = document.createElement('th');
  cell.scope = scope;
  cell.textContent = text;
  return cell;
}

function element(name: string, text = ''): HTMLElement {
  const made = document.createElement(name);
  made.textContent = text;
  return made;
}

function line(parts: Node[]): HTMLElement {
  const row = document.createElement('tr');
  row.append(...parts);
  return row;
}
