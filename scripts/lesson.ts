/** `pnpm lesson [name]`: lists the lessons, or runs one. */
import {
  describeLessons,
  findLesson,
  findLessons,
  HarnessError,
} from '@on-the-wire/shared/harness/lessons.ts';
import { parsePort } from '@on-the-wire/shared/harness/ports.ts';
import { runUntilStopped } from '@on-the-wire/shared/harness/run-until-stopped.ts';
import { Command, CommanderError } from 'commander';

interface Flags {
  open: boolean;
  smallest?: true;
  inspect?: number;
  port?: number;
}

const program = new Command('pnpm lesson')
  .description('Lists the lessons; with a name, runs that lesson.')
  .argument('[name]', 'the lesson')
  .option('--no-open', 'do not open a browser')
  .option('--smallest', 'run smallest.ts instead of server.ts')
  .option('--inspect [port]', 'let a debugger in: --inspect=9229', parsePort)
  .option('--port <port>', 'of the tutorial; the page has the next', parsePort)
  .showHelpAfterError()
  .exitOverride()
  .action(async (name: string | undefined, flags: Flags) => {
    if (name === undefined) {
      process.stdout.write(describeLessons(findLessons()));
      return;
    }
    const { inspect, ...options } = flags;
    await runUntilStopped(findLesson(name), {
      ...options,
      flags: inspect ? [`--inspect=${inspect}`] : [],
    });
  });

try {
  // As Node has it, a port follows only an equals sign: what follows a space
  // may be the lesson's name.
  const words = process.argv.map((word) =>
    word === '--inspect' ? '--inspect=9229' : word,
  );
  await program.parseAsync(words);
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof HarnessError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
