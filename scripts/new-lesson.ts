/** `pnpm new-lesson <name>`: makes a lesson that runs, to be made your own. */
import { readFileSync, writeFileSync } from 'node:fs';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import {
  linesOf,
  listLesson,
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

/** Lists it in README.md, and says so; or says what to write there. */
function list(name: string): string {
  const readme = new URL('../README.md', import.meta.url);
  const lesson = findLesson(name);
  const listed = listLesson(readFileSync(readme, 'utf8'), lesson);
  if (listed !== undefined) {
    attempt('The lesson cannot be listed in README.md', () =>
      writeFileSync(readme, listed),
    );
    return '  README.md: a row in its table, and a line in its tree\n';
  }
  const { row, branch } = linesOf(lesson);
  return (
    '  README.md has no table of lessons, or no tree, to list it in:\n' +
    `  write there\n\n${row}\n${branch}\n`
  );
}

/** Installs what the lesson depends on, where CI is set too. */
function install(): boolean {
  const words = ['install', '--no-frozen-lockfile', '--reporter=append-only'];
  const [program, args] = pnpmWith(words);
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
}
