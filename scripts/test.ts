/** `pnpm test [name…] [-- flags of jest]` */
import {
  findTests,
  runJest,
  UnknownTests,
  splitAtDashes,
} from '@on-the-wire/shared/testing/run-tests.ts';
import { Command } from 'commander';

const { own, flags } = splitAtDashes(process.argv.slice(2));

const { args: names } = new Command('pnpm test')
  .description('tests all lessons and all that they share')
  .argument('[name...]', 'only these: a lesson, or a room of shared')
  .usage('[name...] [-- flags of jest]')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && 2))
  .parse(own, { from: 'user' });

try {
  const folders = findTests(names);
  // For machines: where the results go, without another command.
  const results = process.env['TEST_RESULTS'];
  const running = runJest({ folders, flags, results });
  // Takes as long to load as jest does: not before it, but beside it.
  const { findBrowser, noBrowser } =
    await import('@on-the-wire/shared/testing/browser.ts');
  if (!findBrowser()) console.error(`Tests of pages: ${noBrowser}.`);
  process.exitCode = (await running).code;
} catch (error) {
  if (!(error instanceof UnknownTests)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
