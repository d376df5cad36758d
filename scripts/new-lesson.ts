/** `pnpm new-lesson <name>`: makes a lesson that runs, to be made your own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import {
  linesOf,
  listInTable,
  listInTree,
} from '@on-the-wire/course/harness/list-lesson.ts';
import { newLesson } from '@on-the-wire/course/harness/new-lesson.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { pnpmWith } from '@on-the-wire/system/programs/pnpm.ts';
import { spawnSync } from '@on-the-wire/system/programs/start.ts';

const command = verb('new-lesson')
  .description('Makes a lesson with a tutorial, a server, a page and tests.')
  .argument('<name>', 'the name of its folder, such as long-polling')
  .action((name: string) => {
    const files = newLesson(name).map((file) => `  lessons/${name}/${file}\n`);
    process.stdout.write(`\n${files.join('')}\n${list(name)}\n`);
    if (!install()) {
      process.stderr.write(
        `\n  Its packages are not installed: ${pnpm} install\n`,
      );
      process.exitCode = 1;
      return;
    }
    process.stdout.write(
      `\n  Run it   ${pnpm} lesson ${name}\n` +
        `  Test it  ${pnpm} test ${name}\n` +
        `  Next     CONTRIBUTING.md; ${pnpm} check says what is missing\n\n`,
    );
  });

await runVerb(command);

/** Lists it where all lessons are, and says so; or says what to write there. */
function list(name: string): string {
  const lesson = findLesson(name);
  const { row, branch } = linesOf(lesson);
  const places = [
    { file: 'README.md', what: 'its table', put: listInTable, line: row },
    {
      file: 'CONTRIBUTING.md',
      what: 'its tree',
      put: listInTree,
      line: branch,
    },
  ];
  const said = places.map(({ file, what, put, line }) => {
    const url = new URL(`../${file}`, import.meta.url);
    const listed = put(readFileSync(url, 'utf8'), lesson);
    if (listed === undefined)
      return `  ${file} has not the place for it: write there\n\n${line}\n`;
    attempt(`The lesson cannot be listed in ${file}`, () =>
      writeFileSync(url, listed),
    );
    return `  ${file}: a line in ${what}\n`;
  });
  return said.join('');
}

/** Installs what the lesson depends on, where CI is set too. */
function install(): boolean {
  const words = ['install', '--no-frozen-lockfile', '--reporter=append-only'];
  const [program, args] = pnpmWith(words);
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
}
