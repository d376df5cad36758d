/** `pnpm exercise [name]`: lists the exercises, or lets one be done. */
import {
  findExercise,
  findExercises,
} from '@on-the-wire/shared/exercise/exercises.ts';
import { HarnessError } from '@on-the-wire/shared/harness/lessons.ts';
import { checkOnce } from '@on-the-wire/shared/exercise/once.ts';
import { Command, CommanderError } from 'commander';

const program = new Command('pnpm exercise')
  .description('Lists the exercises; with a name, lets you do that one.')
  .argument('[name...]', 'the exercise: sse/2, sse 2, or its name')
  .option('--check', 'check once; ends with 0 if it passes, with 1 if not')
  .option('--try <file>', 'check this file of its folder: wrong/lf-only.ts')
  .showHelpAfterError()
  .exitOverride()
  .action(async (words: string[], flags: { check?: true; try?: string }) => {
    if (words.length === 0) {
      for (const { id, title, minutes } of findExercises())
        console.log(`${id}  ${title} (${minutes} min)`);
      return;
    }
    const exercise = findExercise(words);
    const passed = await checkOnce(exercise, flags.try);
    process.exitCode = passed ? 0 : 1;
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof HarnessError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
