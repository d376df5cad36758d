/** Every lesson has the same files, and its code keeps the same limits. */
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
} as const;

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

/** server.ts, or if a lesson has several processes, the file of each. */
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
