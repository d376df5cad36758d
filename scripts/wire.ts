/** `pnpm wire FILE [--html OUT]`: a run that was saved, opened again. */
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { openInBrowser } from '@on-the-wire/browser/open-in-browser.ts';
import { findPort, parsePort } from '@on-the-wire/system/ports.ts';
import { runUntilStopped } from '@on-the-wire/course/harness/run-until-stopped.ts';
import {
  readRun,
  serveRun,
  writePage,
} from '@on-the-wire/course/harness/run-wire.ts';
import {
  allowedHost,
  runVerb,
  wholeNumber,
  verb,
} from '@on-the-wire/course/harness/verb.ts';
import { forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { NO_SECRETS, SECRETS } from '@on-the-wire/wire/masking/secrets.ts';

const secretsInHelp = `
In a page these secrets become asterisks, unless you give --secrets:
${SECRETS.map(({ what, where }) => `\n${indented(where)}\n${indented(what, 4)}`).join('\n')}

${indented(NO_SECRETS, 0)}`;

function indented(words: string, columns = 2): string {
  return wrap(words, 78 - columns)
    .map((line) => ' '.repeat(columns) + line)
    .join('\n');
}

interface Flags {
  html?: string;
  open: boolean;
  port?: number;
  secrets?: true;
  unit?: number;
}

const program = verb('wire')
  .description('Opens a saved run: its units, bytes and diagram.')
  .argument('<file>', 'a pcapng file that was saved in the shell')
  .option('--html <out>', 'write the run as one HTML page, and end')
  .option('--unit <n>', 'the unit to show first', wholeNumber(0))
  .option('--secrets', 'do not mask secrets in the page')
  .option('--port <port>', 'the port at which the run is served', parsePort)
  .option('--no-open', 'do not open a browser')
  .option(...allowedHost)
  .addHelpText('after', secretsInHelp)
  .action(async (path: string, flags: Flags) => {
    const read = await readRun(path);
    const { unit } = flags;
    if (unit !== undefined && unit >= read.run.end)
      throw new UsageError(
        `There is no unit ${unit} in ${path}: the last is ${read.run.end - 1}.`,
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
    await runUntilStopped(async () => {
      const port = await findPort(flags.port);
      const { url, close } = await serveRun(read, port, unit);
      const ssh = sshForwarding([Number(new URL(url).port)]);
      const forwarded = forwardedUrl(url);
      process.stdout.write(
        `\n  Run      ${url}\n  File     ${path}\n` +
          (ssh ? `  Over ssh ${ssh}\n` : '') +
          (forwarded ? `  Forward  ${forwarded}\n` : '') +
          '  Stop     Ctrl+C\n\n',
      );
      if (flags.open) void openInBrowser(url);
      return { stop: close };
    });
  });

await runVerb(program);
