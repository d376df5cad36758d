/** `pnpm test [name…] [-- [word…] [flags of jest]]` */
import {
  filesOfTests,
  findTests,
  flagsOfJest,
  minutesOfAll,
  runJest,
  splitAtDashes,
} from '@on-the-wire/quality/runner/run-tests.ts';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';

const { own, flags } = splitAtDashes(process.argv.slice(2));

const program = verb('test')
  .description('Tests all lessons and everything that they share.')
  .argument(
    '[name...]',
    'only these: a lesson, a package of shared, or a folder in one',
  )
  .usage('[name...] [-- [word...] [flags of jest]]')
  .addHelpText(
    'after',
    `
After -- come words, for the files of tests whose path contains one of them,
then flags of jest. For example
  ${pnpm} test sse                  all tests of the lesson sse
  ${pnpm} test sse -- page          only files with "page" in their path
  ${pnpm} test sse -- -t reconnect  only tests with it in their name`,
  )
  .action(async (names: string[]) => {
    const folders = findTests(names);
    const jestFlags = flagsOfJest(folders, flags);
    if (names.length === 0 && flags.length === 0)
      console.error(
        `All ${filesOfTests([]).length} files of tests: some ${minutesOfAll} minutes on two cores.`,
      );
    // For machines: where the results go, without another command.
    const results = process.env['TEST_RESULTS'];
    const running = runJest({ folders, flags: jestFlags, results });
    // Takes as long to load as jest does: not before it, but beside it.
    const { engines, missingEngine } =
      await import('@on-the-wire/browser/engines.ts');
    for (const engine of engines) {
      const why = missingEngine(engine);
      if (why !== undefined) console.error(`Tests in ${engine}: ${why}.`);
    }
    process.exitCode = (await running).code;
  });

await runVerb(program, own);
