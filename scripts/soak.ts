/** `pnpm soak [name…] [--times n] [-- [word…] [flags of jest]]`: tests, again and again. */
import { findNetworkTests, soak } from '@on-the-wire/quality/runner/soak.ts';
import {
  findTests,
  flagsOfJest,
  splitAtDashes,
} from '@on-the-wire/quality/runner/run-tests.ts';
import { runVerb, wholeNumber } from '@on-the-wire/course/harness/verb.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { Command } from 'commander';

const { own, flags } = splitAtDashes(process.argv.slice(2));

const command = new Command(`${pnpm} soak`)
  .description('runs the network tests many times, to find what fails rarely')
  .argument('[name...]', 'only these: a lesson, or a room of shared')
  .usage('[name...] [--times <n>] [-- [word...] [flags of jest]]')
  .option('--times <n>', 'how many rounds', wholeNumber(1), 50)
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && 2))
  .parse(own, { from: 'user' });

await runVerb(async () => {
  const { times } = command.opts<{ times: number }>();
  const { args: names } = command;
  const folders = names.length > 0 ? findTests(names) : findNetworkTests();
  const say = (text: string) => console.log(text);
  const jestFlags = flagsOfJest(folders, flags);
  process.exitCode = await soak(folders, times, say, jestFlags);
});
