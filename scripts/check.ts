/** `pnpm check`: everything that can be said of the tree without a test. */
import { fileURLToPath } from 'node:url';
import { checks, runChecks } from '@on-the-wire/shared/check/run-checks.ts';
import { Command } from 'commander';

new Command('pnpm check')
  .description('types, lint, format, shape, imports and prose; runs no tests')
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && 2))
  .parse();

const root = fileURLToPath(new URL('..', import.meta.url));
const findings = await runChecks(root, checks, (text) => console.log(text));
process.exitCode = findings === 0 ? 0 : 1;
