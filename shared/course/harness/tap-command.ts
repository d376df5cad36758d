/** `tap <target>`: the tap in front of a program of the reader's own. */
import { openInBrowser } from '@on-the-wire/browser/open-in-browser.ts';
import { parsePort } from '@on-the-wire/system/ports.ts';
import {
  describeFault,
  faultKinds,
  presets,
  type Tap,
} from '@on-the-wire/tap/tap.ts';
import { once } from 'node:events';
import { forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import type { Command } from 'commander';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { runCommand } from './run-command.ts';
import { runTap, type RunningTap, type RunTapOptions } from './run-tap.ts';
import { targetSchemes } from './tap-target.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { allowedHost, collect, parseSeed, readFaults } from './verb.ts';

interface Flags {
  bytes?: true;
  open: boolean;
  fault?: string[];
  port?: number;
  remote?: true;
  rewriteHost?: true;
  seed?: number;
  allowedHost?: string;
}

const names = [...presets, ...faultKinds].map(({ name }) => name).join(', ');

/** In lines that fit beside the targets. */
const schemesInLines = wrap(targetSchemes.join(', '), 53).join(
  `\n${' '.repeat(25)}`,
);

const targets = `
Targets:
  3000                   Whatever listens at this port of this machine. The same
                         as localhost:3000.
  http://shop.test:8080  HTTP and WebSocket. A path is kept in what is to be
                         opened, and so is a name that leads to this machine.
  https://app.test:8443  The same over TLS. The tap sends the target this name
                         (SNI). If the target is not on this machine, its
                         certificate must be trusted, and for this name. Clients
                         get a certificate of the tap's own, for localhost and
                         127.0.0.1.
  redis://localhost      Anything else, at its usual port. Known are
                         ${schemesInLines}.
  /tmp/app.sock          A Unix socket. All programs of this machine can
                         reach the tap, whatever the permissions of this file.

Behind -- stands a command that finds the tap's address in TAP_URL, with the
password that the target has. When it ends, the tap ends with its exit code.
The tap's lines are written to standard error, and no browser is opened. Before
https: Node trusts the tap's certificate there, if NODE_EXTRA_CA_CERTS is not
set. No shell reads the words: write -- sh -c 'curl "$TAP_URL"'.

All addresses of a name are tried. What clients send is forwarded unchanged, the
Host header too: it holds the tap's address. With --rewrite-host it gets the
name of the target, and Origin the target's where it was the tap's, in requests
of HTTP/1.1: nothing else is offered over TLS, and HTTP/2 without TLS stays as
it is. Referer and responses stay, too. Each connection is then shown twice, and
counted twice: as it came on client-tap, and as it went on tap-target.`;

/**
 * Makes the command of it.
 *
 * @param program without options, arguments and action
 */
export function tapCommand(program: Command): Command {
  const command = program
    .usage('[options] <target> [-- <command...>]')
    .description(
      'Shows the connections of your own program byte by byte, and breaks them on demand.',
    )
    .argument('<target>', 'such as 3000 or http://localhost:5173')
    .argument('[command...]', 'behind --: ends the tap when it ends')
    .option('--bytes', 'show the fields and bytes of each unit')
    .option(
      '--fault <fault>',
      `inject a fault; may be repeated: ${names}`,
      collect,
    )
    .option('--seed <n>', 'the same seed gives the same faults', parseSeed)
    .option('--port <port>', 'the port on which the tap listens', parsePort)
    .option('--no-open', 'do not open the page with the wire in a browser')
    .option('--remote', 'allow a target that is not on this machine')
    .option('--rewrite-host', "send the target's name as Host, not the tap's")
    .option(...allowedHost)
    .addHelpText('after', targets)
    .action(async (target: string, words: string[], flags: Flags) => {
      const { bytes, fault, open, allowedHost: _noted, ...options } = flags;
      const faults = await readFaults(fault);
      const wire = bytes ? 'bytes' : 'lines';
      const all = { ...options, faults, wire } as const;
      const [first, ...rest] = words;
      if (first === undefined) await runAlone(target, all, open);
      else if (rawWords(command).includes('--'))
        await runBefore([first, ...rest], target, all);
      else
        throw new UsageError(
          'Expected one target, found more words behind it. A command stands ' +
            'behind --, as in 3000 -- npm test',
          2,
        );
    });
  return command;
}

type Options = Omit<RunTapOptions, 'page'>;

async function runAlone(
  target: string,
  options: Options,
  open: boolean,
): Promise<void> {
  await runUntilStopped(async () => {
    const last = '  Stop     Ctrl+C\n';
    const { page, stop } = await startTap(target, options, last, (line) =>
      process.stdout.write(`${line}\n`),
    );
    if (open) void openInBrowser(page!);
    return { stop };
  });
}

/** Runs a command before the tap, and ends this process with its exit code. */
async function runBefore(
  words: readonly [string, ...string[]],
  target: string,
  options: Options,
): Promise<void> {
  // Where nobody reads the lines any more, the command goes on.
  process.stderr.on('error', () => {});
  // A program may read what the command writes: it is alone on that output.
  const { tap, url, certificate, stop } = await startTap(
    target,
    options,
    '',
    (line) => process.stderr.write(`${line}\n`),
  );
  const exitCode = await runCommand(words, {
    TAP_URL: url,
    ...(certificate !== undefined && {
      NODE_EXTRA_CA_CERTS: process.env['NODE_EXTRA_CA_CERTS'] ?? certificate,
    }),
  });
  await settled(tap);
  await stop();
  process.exit(exitCode);
}

/** ms in which the target may end what the command has ended. */
const SETTLE = 200;

/** Waits for what is about to end by itself. */
async function settled(tap: Tap): Promise<void> {
  const signal = AbortSignal.timeout(SETTLE);
  try {
    while (tap.connections > 0) await once(tap, 'close', { signal });
  } catch {
    // The rest is still open, and ends with the tap.
  }
}

/** What was typed: commander tells `--` from no other word. */
function rawWords(command: Command): string[] {
  return (command as Command & { rawArgs: string[] }).rawArgs;
}

/** Starts the tap and its page, and says where they are. */
async function startTap(
  target: string,
  options: Options,
  last: string,
  say: (line: string) => void,
): Promise<RunningTap> {
  const running = await runTap(target, { ...options, page: true }, say);
  const { tap, address, plain, rewritten, shown, page } = running;
  const ssh = sshForwarding([tap.port, Number(new URL(page!).port)]);
  const forwarded = forwardedUrl(page!);
  say(
    `\n  Open     ${address}, in place of ${shown}\n` +
      (plain ? `  Or       ${plain}, if it speaks no HTTP\n` : '') +
      (rewritten ? `  Host     ${rewritten} in all requests\n` : '') +
      `  Wire     ${page}\n` +
      options.faults
        .map((each) => `  Fault    ${describeFault(each)}\n`)
        .join('') +
      (ssh ? `  Over ssh ${ssh}\n` : '') +
      (forwarded ? `  Forward  ${forwarded}\n` : '') +
      last,
  );
  return running;
}
