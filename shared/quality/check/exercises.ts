/** Every exercise has the same files, and a task that fits on a screen. */
import { join } from 'node:path';
import {
  applyEdit,
  parseEdits,
} from '@on-the-wire/course/exercise/answers/edits.ts';
import { editsFile } from '@on-the-wire/course/exercise/answers/answers.ts';
import {
  readTaskTable,
  taskSentences,
  tableHeading,
} from '@on-the-wire/course/exercise/answers/task-table.ts';
import type { Finding } from './finding.ts';
import { exists, filesOf, foldersOf, textOf } from './tree.ts';
import { countWords, withoutComments } from './word-count.ts';

const entries = ['README.md', 'exercise.ts', 'solution.ts', 'check.ts'];
const optional = ['stage.ts', editsFile];
const limits = { task: 150, after: 80, hints: 3 } as const; // words; folds
const fewestAnswers = 2; // wrong ones, and right ones

/** Looks at each folder in `lessons/<lesson>/exercises/`. */
export async function checkExercises(root: string): Promise<Finding[]> {
  const files = await filesOf(root);
  const findings: Finding[] = [];
  for (const lesson of await foldersOf(root, 'lessons')) {
    const all = `lessons/${lesson}/exercises`;
    const tutorial = await textOf(root, `lessons/${lesson}/README.md`);
    const folders = await foldersOf(root, all);
    for (const name of folders) {
      if (name === 'mine') continue;
      const folder = `${all}/${name}`;
      findings.push(
        ...(await checkEntries(root, folder, files)),
        ...(await checkTask(root, `${folder}/README.md`)),
        ...(await checkAnswers(root, folder, files)),
        ...(await checkEdits(root, folder)),
        ...(await checkTable(root, folder)),
        ...(await countAnswers(root, folder, files)),
      );
      if (tutorial?.includes(`(exercises/${name}/README.md)`)) continue;
      findings.push({
        file: `lessons/${lesson}/README.md`,
        found: `no link to exercises/${name}/README.md`,
        expected: 'each exercise after the step that teaches it',
        remedy: 'Add a paragraph: **Exercise.** [Title](…), 15 min: `pnpm …`',
      });
    }
  }
  return findings;
}

async function checkEntries(
  root: string,
  folder: string,
  files: string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const entry of entries) {
    if (await exists(join(root, folder, entry))) continue;
    findings.push({
      file: `${folder}/${entry}`,
      found: 'no such file',
      expected: `the entries of every exercise: ${entries.join(', ')}`,
      remedy: 'Write it; CONTRIBUTING.md says what belongs in it.',
    });
  }
  for (const file of files) {
    if (!file.startsWith(`${folder}/`)) continue;
    const inside = file.slice(folder.length + 1);
    const isKnown = [...entries, ...optional].includes(inside);
    if (isKnown || /^(check|wrong|right)\/[a-z0-9-]+\.ts$/.test(inside))
      continue;
    findings.push({
      file,
      found: 'a file that no exercise has',
      expected: `${[...entries, ...optional].join(', ')}, check/*.ts, wrong/*.ts, right/*.ts`,
      remedy: 'Remove it, or give it one of these names.',
    });
  }
  return findings;
}

async function checkTask(root: string, file: string): Promise<Finding[]> {
  const text = await textOf(root, file);
  if (text === undefined) return [];
  const findings: Finding[] = [];
  const report = (found: string, expected: string, remedy: string) =>
    findings.push({ file, found, expected, remedy });
  const lines = text.split('\n');
  if (!/^# .+ \(\d+ min\)$/.test(lines[0] ?? ''))
    report(
      lines[0] ?? 'nothing',
      'a title with its minutes: # Write the event (15 min)',
      'Measure it once, and write it there.',
    );
  if (!lines[2]?.startsWith('**Broken on purpose.** '))
    report(
      lines[2] ?? 'nothing',
      'a first paragraph that begins with **Broken on purpose.**',
      'Say what is broken before anybody looks for it elsewhere.',
    );
  const [before = '', after] = text.split(/^## When it passes$/m);
  const task = wordsToRead(before);
  if (task > limits.task)
    report(
      `${task} words, without hints and fences`,
      `at most ${limits.task}`,
      'Shorten it, or make a hint of it.',
    );
  const hints = before.match(/<summary>Hint \d<\/summary>/g) ?? [];
  if (hints.length !== limits.hints)
    report(
      `${hints.length} hints`,
      `${limits.hints} of them, each in <details><summary>Hint 1</summary>`,
      'Let the first ask, the second point, the third show.',
    );
  const told = wordsToRead(after ?? '');
  if (told === 0 || told > limits.after)
    report(
      `${told} words below "## When it passes"`,
      `1 to ${limits.after}: why, and what to look at on the wire`,
      'Write them for somebody who has just made it pass.',
    );
  return findings;
}

async function checkAnswers(
  root: string,
  folder: string,
  files: string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const first = { wrong: '// Wrong: ', right: '// Right, and different: ' };
  for (const [kind, words] of Object.entries(first)) {
    for (const file of files) {
      if (!file.startsWith(`${folder}/${kind}/`)) continue;
      const [line = '', second = ''] = (await textOf(root, file))!.split('\n');
      const isTold = kind === 'right' || second.startsWith('// Told: ');
      if (line.startsWith(words) && isTold) continue;
      findings.push({
        file,
        line: 1,
        found: `${line}\n${second}`,
        expected: kind === 'right' ? words : `${words}, then // Told: `,
        remedy: 'Say in the first line what it does, and what it must be told.',
      });
    }
  }
  const starter = await textOf(root, `${folder}/exercise.ts`);
  if (starter !== undefined && !starter.includes('// TODO:'))
    findings.push({
      file: `${folder}/exercise.ts`,
      found: 'no // TODO:',
      expected: 'one at each place that is to be changed',
      remedy: 'Mark the place.',
    });
  return findings;
}

/** Every edit in answers.md can be read and applied. */
async function checkEdits(root: string, folder: string): Promise<Finding[]> {
  const file = `${folder}/${editsFile}`;
  const text = await textOf(root, file);
  if (text === undefined) return [];
  const { edits, problems } = parseEdits(text);
  for (const edit of edits) {
    const base = await textOf(root, `${folder}/${edit.base}`);
    if (base === undefined) continue; // reported already
    const applied = applyEdit(base, edit);
    if ('remedy' in applied) problems.push(applied);
  }
  return problems.map((problem) => ({ file, ...problem }));
}

/** Each sentence of the task, in its order, has a row. */
async function checkTable(root: string, folder: string): Promise<Finding[]> {
  const file = `${folder}/${editsFile}`;
  const readme = await textOf(root, `${folder}/README.md`);
  if (readme === undefined) return []; // reported already
  const rows = readTaskTable((await textOf(root, file)) ?? '');
  if (!rows)
    return [
      {
        file,
        found: 'no table of what the task says',
        expected: `below "${tableHeading}" a row for each sentence`,
        remedy: 'Write beside each which steps of the check see to it.',
      },
    ];
  const findings: Finding[] = [];
  const sentences = taskSentences(readme);
  const at = sentences.findIndex((each, n) => rows[n]?.sentence !== each);
  if (at >= 0 || rows.length > sentences.length)
    findings.push({
      file,
      line: (rows[at] ?? rows.at(-1))?.line,
      found:
        (at < 0 ? rows[sentences.length] : rows[at])?.sentence ?? 'nothing',
      expected: sentences[at] ?? 'no more: the task has no such sentence',
      remedy: 'Copy the sentence, and look whether its steps still fit.',
    });
  for (const { line, sentence, steps } of rows)
    if (steps.includes(''))
      findings.push({
        file,
        line,
        found: `nothing that checks "${sentence}"`,
        expected: 'names of steps, or in parentheses why there is none',
        remedy: 'A sentence that nothing checks can be broken: see to it.',
      });
  return findings;
}

/** Enough of each kind, and no name twice: `--try` finds one by its name. */
async function countAnswers(
  root: string,
  folder: string,
  files: string[],
): Promise<Finding[]> {
  const file = `${folder}/${editsFile}`;
  const { edits } = parseEdits((await textOf(root, file)) ?? '');
  const ofFile = /^(?<kind>wrong|right)\/(?<name>.*)\.ts$/;
  const answers = files
    .filter((path) => path.startsWith(`${folder}/`))
    .map((path) => ofFile.exec(path.slice(folder.length + 1))?.groups)
    .filter((groups) => groups !== undefined)
    .map(({ kind, name }) => ({ kind, name }));
  const findings: Finding[] = [];
  for (const { kind, name, line } of edits) {
    const other = answers.find((answer) => answer.name === name);
    if (other)
      findings.push({
        file,
        line,
        found: `${kind}/${name}, and a file ${other.kind}/${name}.ts`,
        expected: 'each name once, whether wrong or right, edit or file',
        remedy: 'Remove one, or give it another name.',
      });
    answers.push({ kind, name });
  }
  for (const kind of ['wrong', 'right']) {
    const count = answers.filter((answer) => answer.kind === kind).length;
    if (count < fewestAnswers)
      findings.push({
        file: folder,
        found: `${count} ${kind} answers`,
        expected: `at least ${fewestAnswers}, in ${editsFile} or in ${kind}/*.ts`,
        remedy: 'Write them; CONTRIBUTING.md says how.',
      });
  }
  return findings;
}

/** What there is to read beside the title: hints and fences are not. */
function wordsToRead(text: string): number {
  const lines = withoutComments(text).split('\n');
  return countWords(lines.filter((line) => !line.startsWith('# '))).read;
}
