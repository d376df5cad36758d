/** `pnpm new-lesson <name>`: makes a lesson that runs, to be made your own. */
import { spawnSync } from 'node:child_process';
import { HarnessError } from '@on-the-wire/shared/harness/lessons.ts';
import { newLesson } from '@on-the-wire/shared/harness/new-lesson.ts';
import { Command } from 'commander';

new Command('pnpm new-lesson')
  .description('Makes a lesson with tutorial, server, page and tests.')
  .argument('<name>', 'of its folder, such as long-polling')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && 2))
  .action((name: string) => {
    try {
      const files = newLesson(name).map(
        (file) => `  lessons/${name}/${file}\n`,
      );
      process.stdout.write(`\n${files.join('')}\n`);
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
      return;
    }
    if (!install()) {
      process.stderr.write(
        '\n  Its packages are not installed: pnpm install\n',
      );
      process.exitCode = 1;
      return;
    }
    process.stdout.write(
      `\n  Run it   pnpm lesson ${name}\n` +
        `  Test it  pnpm test ${name}\n` +
        '  Next     CONTRIBUTING.md; pnpm check says what is missing\n\n',
    );
  })
  .parse();

/** Installs what the lesson depends on, where CI is set too. */
function install(): boolean {
  // The pnpm that runs this script, however it was found.
  const pnpm = process.env['npm_execpath'] ?? 'pnpm';
  const words = ['install', '--no-frozen-lockfile', '--reporter=append-only'];
  const [program, args] = /\.[cm]?js$/.test(pnpm)
    ? [process.execPath, [pnpm, ...words]]
    : [pnpm, words];
  return spawnSync(program, args, { stdio: 'inherit' }).status === 0;
}
