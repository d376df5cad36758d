/** `pnpm verify-node`: is our Node, an npm package, the one of nodejs.org? */
import { compareWithOfficial } from '@on-the-wire/quality/check/official-node.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { InvalidArgumentError } from 'commander';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';

function address(text: string): string {
  if (URL.canParse(text) && /^https?:/.test(text)) return text;
  throw new InvalidArgumentError('expected a URL: https://nodejs.org/dist.');
}

const program = verb('verify-node')
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
  .action(async ({ from }: { from: string }) => {
    const { execPath, version, platform, arch } = process;
    const installed = { binary: execPath, version, platform, arch };
    const say = (line: string) => console.log(line);
    const { ours, official } = await compareWithOfficial(installed, from, say);
    say(`  SHA-256 of the binary in it  ${official}`);
    say(`${execPath}\n  SHA-256                      ${ours}`);
    if (ours !== official)
      throw new UsageError(
        `Our Node ${version} is not the one of ${from}. It may have been packed ` +
          'differently, or changed: this cannot say which. CONTRIBUTING.md ' +
          'tells how to run on the official one.',
        1,
      );
    say(`Our Node ${version} is the one of ${from}, byte for byte.`);
  });

await runVerb(program);
