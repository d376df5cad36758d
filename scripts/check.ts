/** `pnpm check [what…]`: all that can be said of the tree without a test. */
import { fileURLToPath } from 'node:url';
import { checks, runChecks } from '@on-the-wire/quality/check/run-checks.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { Argument, Command } from 'commander';

const { args } = new Command(`${pnpm} check`)
  .description('types, lint, format, shape, imports and prose; runs no tests')
  .addArgument(
    new Argument('[what...]', 'only these').choices(Object.keys(checks)),
  )
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && 2))
  .parse();

const chosen = Object.fromEntries(
  Object.entries(checks).filter(
    ([name]) => args.length === 0 || args.includes(name),
  ),
);
const root = fileURLToPath(new URL('..', import.meta.url));
const findings = await runChecks(root, chosen, (text) => console.log(text));
process.exitCode = findings === 0 ? 0 : 1;
