/** `pnpm soak [name…] [--times n] [-- [word…] [flags of jest]]`: tests, again and again. */
import { findNetworkTests, soak } from '@on-the-wire/quality/runner/soak.ts';
import {
  findTests,
  flagsOfJest,
  splitAtDashes,
} from '@on-the-wire/quality/runner/run-tests.ts';
import {
  runVerb,
  wholeNumber,
  verb,
} from '@on-the-wire/course/harness/verb.ts';

const { own, flags } = splitAtDashes(process.argv.slice(2));

const program = verb('soak')
  .description('Runs the network tests many times, to find what fails rarely.')
  .argument(
    '[name...]',
    'only these: a lesson, a package of shared, or a folder in one',
  )
  .usage('[name...] [--times <n>] [-- [word...] [flags of jest]]')
  .option('--times <n>', 'how many rounds to run', wholeNumber(1), 50)
  .action(async (names: string[], { times }: { times: number }) => {
    const folders = names.length > 0 ? findTests(names) : findNetworkTests();
    const say = (text: string) => console.log(text);
    const jestFlags = flagsOfJest(folders, flags);
    process.exitCode = await soak(folders, times, say, jestFlags);
  });

await runVerb(program, own);
