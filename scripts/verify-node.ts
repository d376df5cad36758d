/** `pnpm verify-node`: is our Node, an npm package, the one of nodejs.org? */
import {
  compareWithOfficial,
  NotCompared,
} from '@on-the-wire/quality/check/official-node.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { Command, InvalidArgumentError } from 'commander';

function address(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('expected a URL: https://nodejs.org/dist.');
}

const { from } = new Command(`${pnpm} verify-node`)
  .description(
    'downloads the official Node of this version and platform, checks it ' +
      'against the published SHA-256 list, and compares the binary with ours',
  )
  .option(
    '--from <url>',
    'where its releases lie',
    address,
    'https://nodejs.org/dist',
  )
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && 2))
  .parse()
  .opts<{ from: string }>();

const { execPath, version, platform, arch } = process;
const installed = { binary: execPath, version, platform, arch };
const say = (line: string) => console.log(line);
try {
  const { ours, official } = await compareWithOfficial(installed, from, say);
  say(`  SHA-256 of the binary in it  ${official}`);
  say(`${execPath}\n  SHA-256                      ${ours}`);
  if (ours === official)
    say(`Our Node ${version} is the one of ${from}, byte for byte.`);
  else {
    console.error(
      `Our Node ${version} is not the one of ${from}. It may have been packed ` +
        'differently, or changed: this cannot say which. CONTRIBUTING.md ' +
        'tells how to run on the official one.',
    );
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof NotCompared)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
