/** `pnpm soak [name…] [--times n] [--engines] [-- [word…] [flags of jest]]`: tests, again and again. */
import {
  findNetworkTests,
  soak,
  soakEngines,
} from '@on-the-wire/quality/runner/soak.ts';
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
  .usage('[name...] [--times <n>] [--engines] [-- [word...] [flags of jest]]')
  .option(
    '--times <n>',
    'how many rounds to run; without it 50, or 1 in each engine',
    wholeNumber(1),
  )
  .option(
    '--engines',
    'the tests of pages, in Chromium, then in Firefox, then in WebKitGTK',
  )
  .action(async (names: string[], { times, engines }: Options) => {
    const say = (text: string) => console.log(text);
    if (engines) {
      const folders = findTests(names);
      // All files of tests that open a page are called so.
      const words = flags[0]?.startsWith('-') === false ? [] : ['page.test.ts'];
      const jestFlags = flagsOfJest(folders, [...words, ...flags]);
      process.exitCode = await soakEngines(folders, times ?? 1, say, jestFlags);
      return;
    }
    const folders = names.length > 0 ? findTests(names) : findNetworkTests();
    const jestFlags = flagsOfJest(folders, flags);
    process.exitCode = await soak(folders, times ?? 50, say, jestFlags);
  });

interface Options {
  times?: number;
  engines?: true;
}

await runVerb(program, own);
