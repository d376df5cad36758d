/** `pnpm pack:tap`: the tap as one file, for folders without a repository. */
import { writeFile } from 'node:fs/promises';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';
import { packTap } from '@on-the-wire/pack/pack-tap.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';

const program = verb('pack:tap')
  .description(
    'Writes the tap into one file, a package with which npx runs it on a\n' +
      'machine that has Node 22 or newer, and no course. Nothing is published.',
  )
  .option('--out <file>', 'where to; otherwise here, under its own name')
  .action(async ({ out }: { out?: string }) => {
    const { name, bytes, bundled } = await packTap();
    const file = out ?? name;
    await attempt(`The tap cannot be written to ${file}`, () =>
      writeFile(file, bytes),
    );
    const size = `${Math.round(bytes.length / 1000)} kB`;
    process.stdout.write(
      `${file} is written: ${size}, with ${bundled.length} packages of others ` +
        'and their licences.\n' +
        `Where it is: npx -y ./${name} http://localhost:3000\n`,
    );
  });

await runVerb(program);
