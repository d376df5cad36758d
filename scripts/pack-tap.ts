/** `pnpm pack:tap`: the tap as one file, for folders without a repository. */
import { writeFile } from 'node:fs/promises';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';
import { packTap } from '@on-the-wire/pack/pack-tap.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';

const program = verb('pack:tap')
  .description(
    'Packs the tap into one file. npx runs it on any machine with Node 22 or\n' +
      'newer, without the course. Nothing is published.',
  )
  .option('--out <file>', 'the file to write; otherwise one in this folder')
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
