/** Every lesson has the same files, and keeps the same limits. */
import { parseMarkdown, type Heading } from './markdown.ts';
import type { Finding } from './finding.ts';
import { findImports } from './imports.ts';
import { exists, filesOf, foldersOf, packageJson, textOf } from './tree.ts';
import { join } from 'node:path';

const entries = [
  'README.md',
  'package.json',
  'smallest.ts',
  'server.ts',
  'page/index.html',
  'page/page.ts',
  'page/page.css',
  'test/server.test.ts',
  'test/page.test.ts',
];

const limits = {
  smallest: [10, 15], // lines of code
  server: 100, // lines, all of them
  columns: 80,
  steps: [5, 7],
  words: 200, // in one step, without what is shown or folded away
  reading: 1.5, // the manifest's minutes, to the sum of the steps'
} as const;

const labels = ['Predict', 'Do', 'See', 'Why'];

/** Looks at each folder in `lessons/`. */
export async function checkLessonShape(root: string): Promise<Finding[]> {
  const names = await foldersOf(root, 'lessons');
  const files = await filesOf(root);
  const findings = await Promise.all(
    names.map(async (name) => {
      const folder = `lessons/${name}`;
      return [
        ...(await missingEntries(root, folder)),
        ...(await checkManifest(root, folder)),
        ...(await checkSmallest(root, `${folder}/smallest.ts`)),
        ...(await checkProcesses(root, folder)),
        ...(await checkColumns(root, folder, files)),
        ...(await checkTutorial(root, folder)),
      ];
    }),
  );
  return findings.flat();
}

async function missingEntries(
  root: string,
  folder: string,
): Promise<Finding[]> {
  const present = await Promise.all(
    entries.map((entry) => exists(join(root, folder, entry))),
  );
  return entries
    .filter((_entry, index) => !present[index])
    .map((entry) => ({
      file: `${folder}/${entry}`,
      found: 'no such file',
      expected: `the entries of every lesson: ${entries.join(', ')}`,
      remedy: `Write it; pnpm new-lesson makes a lesson that has them all.`,
    }));
}

async function checkManifest(root: string, folder: string): Promise<Finding[]> {
  const file = `${folder}/package.json`;
  if (!(await exists(join(root, file)))) return [];
  const manifest = (await packageJson(root, folder))?.lesson;
  const { title, question, order, minutes } = manifest ?? {};
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  const isCount = (value: unknown) =>
    Number.isInteger(value) && Number(value) > 0;
  const broken = [
    isText(title) ? undefined : 'title, a text',
    isText(question) ? undefined : 'question, a text',
    isCount(order) ? undefined : 'order, a whole number from 1',
    isCount(minutes) ? undefined : 'minutes, a whole number from 1',
  ].filter((field) => field !== undefined);
  if (broken.length === 0) return [];
  return [
    {
      file,
      found: `"lesson": ${JSON.stringify(manifest) ?? 'missing'}`,
      expected: `in "lesson": ${broken.join('; ')}`,
      remedy:
        'Fill in the manifest: its fields are in shared/lesson/lesson.ts.',
    },
  ];
}

async function checkSmallest(root: string, file: string): Promise<Finding[]> {
  const text = await textOf(root, file);
  if (text === undefined) return [];
  const findings: Finding[] = [];
  const [least, most] = limits.smallest;
  const lines = linesOfCode(text);
  if (lines < least || lines > most) {
    findings.push({
      file,
      found: `${lines} lines of code`,
      expected: `${least} to ${most}: the idea, and nothing but the idea`,
      remedy: 'What the idea does not need belongs in server.ts.',
    });
  }
  const { imports } = await findImports(root, [file]);
  for (const { specifier, line } of imports) {
    if (specifier.startsWith('node:')) continue;
    findings.push({
      file,
      line,
      found: `an import of ${specifier}`,
      expected:
        'imports from node:… only: the smallest server has no framework',
      remedy: 'Say it with what Node has.',
    });
  }
  return findings;
}

/** Lines that are neither blank nor comments. */
function linesOfCode(text: string): number {
  let inComment = false;
  return text.split('\n').filter((line) => {
    const words = line.trim();
    const wasInComment = inComment;
    if (words.startsWith('/*')) inComment = true;
    const comment = wasInComment || inComment || words.startsWith('//');
    if (words.endsWith('*/')) inComment = false;
    return words !== '' && !comment;
  }).length;
}

/** server.ts, and where a lesson has several processes, the file of each. */
async function checkProcesses(
  root: string,
  folder: string,
): Promise<Finding[]> {
  const { processes = {} } = (await packageJson(root, folder))?.lesson ?? {};
  const files = Object.entries(processes).map(
    ([name, { file = `${name}.ts` }]) => file,
  );
  const findings: Finding[] = [];
  for (const file of new Set(['server.ts', ...files])) {
    const path = `${folder}/${file}`;
    if (files.includes(file) && !(await exists(join(root, path))))
      findings.push({
        file: path,
        found: 'no such file',
        expected: 'a file for each process in "lesson.processes"',
        remedy: 'Write it, or take its process out of package.json.',
      });
    findings.push(...(await checkServer(root, path)));
  }
  return findings;
}

async function checkServer(root: string, file: string): Promise<Finding[]> {
  const text = await textOf(root, file);
  const lines = text?.replace(/\n$/, '').split('\n').length ?? 0;
  if (lines <= limits.server) return [];
  return [
    {
      file,
      line: limits.server + 1,
      found: `${lines} lines`,
      expected: `at most ${limits.server}: the whole story on one page`,
      remedy:
        'Put what needs more than some ten lines into a file beside it, ' +
        'named for the thing on the wire.',
    },
  ];
}

async function checkColumns(
  root: string,
  folder: string,
  files: string[],
): Promise<Finding[]> {
  const findings: Finding[] = [];
  const own = files.filter(
    (file) =>
      file.startsWith(`${folder}/`) &&
      file.endsWith('.ts') &&
      !/^(exercises|test)\//.test(file.slice(folder.length + 1)),
  );
  for (const file of own) {
    const lines = ((await textOf(root, file)) ?? '').split('\n');
    for (const [index, line] of lines.entries()) {
      const isImport = /^(import|export|\}) .*from '[^']+';$/.test(line);
      if ([...line].length <= limits.columns || isImport) continue;
      findings.push({
        file,
        line: index + 1,
        found: `${[...line].length} columns`,
        expected: `at most ${limits.columns}: it is read on projectors, too`,
        remedy: 'Break the line.',
      });
    }
  }
  return findings;
}

async function checkTutorial(root: string, folder: string): Promise<Finding[]> {
  const file = `${folder}/README.md`;
  const text = await textOf(root, file);
  if (text === undefined) return [];
  const findings: Finding[] = [];
  const report = (
    line: number | undefined,
    found: string,
    expected: string,
    remedy: string,
  ) => findings.push({ file, line, found, expected, remedy });

  const { headings } = parseMarkdown(text);
  const sections = headings.filter(({ level }) => level === 2);
  const steps = sections.filter(({ text: title }) => /^\d+\. /.test(title));
  const [fewest, most] = limits.steps;
  if (steps.length < fewest || steps.length > most) {
    report(
      steps[0]?.line,
      `${steps.length} steps (## 1. Title (4 min))`,
      `${fewest} to ${most} steps`,
      'Join steps that teach one thing, or fold away what is not for everyone.',
    );
  }

  const lines = text.split('\n');
  let minutes = 0;
  for (const [index, step] of steps.entries()) {
    const number = /^\d+/.exec(step.text)?.[0];
    if (Number(number) !== index + 1) {
      report(
        step.line,
        `step ${number}`,
        `step ${index + 1}: numbered one by one from 1`,
        'Number the steps anew.',
      );
    }
    const next = sections[sections.indexOf(step) + 1];
    const body = lines.slice(step.line, next ? next.line - 1 : undefined);
    const words = countWords(body);
    if (words > limits.words) {
      report(
        step.line,
        `${words} words, without fences, tables and <details>`,
        `at most ${limits.words} in a step`,
        'Shorten it, or fold away what is not for everyone in <details>.',
      );
    }
    const said = body.flatMap(
      (line) => /^\*\*(Predict|Do|See|Why)\.\*\*/.exec(line)?.[1] ?? [],
    );
    if (said.join() !== labels.join()) {
      report(
        step.line,
        said.length === 0 ? 'no labels' : said.join(', '),
        'the paragraphs **Predict.**, **Do.**, **See.**, **Why.**, in this order',
        'Let the learner guess, do, see, and only then say why.',
      );
    }
  }
  for (const section of steps.concat(sections.filter(isLast))) {
    const printed = /\((\d+) min\)$/.exec(section.text)?.[1];
    minutes += Number(printed ?? 0);
    if (printed !== undefined) continue;
    report(
      section.line,
      section.text,
      'the minutes it takes, at the end of its heading: (4 min)',
      'Measure it once, and write it there.',
    );
  }
  const promised = (await packageJson(root, folder))?.lesson?.minutes;
  if (
    promised !== undefined &&
    (promised < minutes || promised > minutes * limits.reading)
  ) {
    report(
      undefined,
      `${promised} minutes in package.json, ${minutes} in the headings`,
      `from ${minutes} to ${Math.floor(minutes * limits.reading)} in package.json`,
      'Say the same in both places.',
    );
  }

  const box = '> **What the page cannot see.**';
  if (!lines.some((line) => line.startsWith(box))) {
    report(
      undefined,
      'no box **What the page cannot see.**',
      'at least one: a quotation that begins with these words',
      'Say what the wire carries and the API hides.',
    );
  }
  const last = sections.at(-1);
  if (!last || !isLast(last)) {
    report(
      last?.line,
      last ? `the last section is "${last.text}"` : 'no section',
      'the last section is "When to choose it"',
      'End with the choice that the reader has to make.',
    );
  }
  return findings;
}

function isLast({ text }: Heading): boolean {
  return /^When to choose it\b/.test(text);
}

/** Words that a reader has to read: not what is shown, nor folded away. */
function countWords(lines: string[]): number {
  let inFence = false;
  let folds = 0;
  let words = 0;
  for (const line of lines) {
    if (/^\s*(```|~~~)/.test(line)) {
      inFence = !inFence;
      continue;
    }
    folds += line.split('<details').length - 1;
    if (!inFence && folds === 0 && !line.trimStart().startsWith('|')) {
      words += line
        .split(/\s+/)
        .filter((word) => /[\p{L}\p{N}]/u.test(word)).length;
    }
    folds -= line.split('</details>').length - 1;
  }
  return words;
}
