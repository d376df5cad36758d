/** `pnpm new-lesson <name>`: makes a lesson that runs, to be made your own. */
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
      process.stdout.write(
        `\n${files.join('')}\n` +
          `  Run it   pnpm lesson ${name}\n` +
          `  Test it  pnpm test ${name}\n` +
          '  Next     CONTRIBUTING.md; pnpm check says what is missing\n\n',
      );
    } catch (error) {
      if (!(error instanceof HarnessError)) throw error;
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
    }
  })
  .parse();
