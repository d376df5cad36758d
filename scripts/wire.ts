/** `pnpm wire FILE [--html OUT]`: a run that was saved, opened again. */
import { HarnessError } from '@on-the-wire/shared/harness/lessons.ts';
import { openInBrowser } from '@on-the-wire/shared/harness/open-in-browser.ts';
import { findPort, parsePort } from '@on-the-wire/shared/harness/ports.ts';
import {
  readRun,
  serveRun,
  writePage,
} from '@on-the-wire/shared/harness/run-wire.ts';
import {
  Command,
  CommanderError,
  InvalidArgumentError,
  Option,
} from 'commander';

interface Flags {
  html?: string;
  open: boolean;
  port?: number;
  secrets?: true;
  unit?: number;
}

function parseUnit(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected the number of a unit, from 0.');
}

const program = new Command('pnpm wire')
  .description('Opens a run that was saved: its units, bytes and diagram.')
  .argument('<file>', 'a pcapng file, saved in the shell')
  .option('--html <out>', 'make one page that stands alone, and end')
  .addOption(
    new Option('--unit <n>', 'the unit to begin with').argParser(parseUnit),
  )
  .option('--secrets', 'in the page: cookies and passwords as they are')
  .option('--port <port>', 'where the run is served', parsePort)
  .option('--no-open', 'do not open a browser')
  .showHelpAfterError()
  .exitOverride()
  .action(async (path: string, flags: Flags) => {
    const read = await readRun(path);
    const { unit } = flags;
    const last = read.run.lines.length - 1;
    if (unit !== undefined && unit > last)
      throw new HarnessError(
        `There is no unit ${unit} in ${path}: the last is ${last}.`,
        2,
      );
    if (flags.html !== undefined) {
      const secrets = flags.secrets === true;
      await writePage(read, flags.html, { secrets, unit });
      process.stdout.write(
        `${flags.html} is written${secrets ? ', with its secrets' : ''}.\n`,
      );
      return;
    }
    const served = await serveRun(read, await findPort(flags.port), unit);
    process.stdout.write(
      `\n  Run      ${served.url}\n  File     ${path}\n  Stop     Ctrl+C\n\n`,
    );
    if (flags.open) void openInBrowser(served.url);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.once(signal, async () => {
        await served.close();
        process.exit(0);
      });
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  } else if (error instanceof HarnessError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
  } else throw error;
}
