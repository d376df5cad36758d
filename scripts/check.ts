/** `pnpm check [what…]`: all that can be said of the tree without a test. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  glossaryFile,
  readGlossary,
} from '@on-the-wire/course/texts/glossary.ts';
import { sentencesByEngine } from '@on-the-wire/quality/check/engines.ts';
import { checks, runChecks } from '@on-the-wire/quality/check/run-checks.ts';
import { Argument } from 'commander';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';

async function writeGlossary(): Promise<void> {
  const file = new URL('../lessons/GLOSSARY.md', import.meta.url);
  await writeFile(file, glossaryFile(readGlossary()));
}

interface Options {
  write?: true;
  engines?: true;
}

const program = verb('check')
  .description(
    'Checks types, lint, format, layout, imports and prose. Runs no tests.',
  )
  .addArgument(
    new Argument('[what...]', 'only these checks').choices(Object.keys(checks)),
  )
  .option('--write', 'first write lessons/GLOSSARY.md from the tutorials')
  .option(
    '--engines',
    'instead of that print every sentence that differs by engine',
  )
  .action(async (names: string[], { write, engines }: Options) => {
    const root = fileURLToPath(new URL('..', import.meta.url));
    if (engines) {
      console.log((await sentencesByEngine(root)).join('\n\n'));
      return;
    }
    if (write) await writeGlossary();
    const chosen = Object.fromEntries(
      Object.entries(checks).filter(
        ([name]) => names.length === 0 || names.includes(name),
      ),
    );
    const findings = await runChecks(root, chosen, (text) => console.log(text));
    process.exitCode = findings === 0 ? 0 : 1;
  });

await runVerb(program);
