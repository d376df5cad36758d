/** `tap <target>`: the tap in front of a program of the reader's own. */
import { openInBrowser } from '@on-the-wire/browser/open-in-browser.ts';
import { parsePort } from '@on-the-wire/system/ports.ts';
import { describeFault, faultKinds, presets } from '@on-the-wire/tap/tap.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import type { Command } from 'commander';
import { runTap } from './run-tap.ts';
import { runUntilStopped } from './run-until-stopped.ts';
import { collect, parseSeed, readFaults } from './verb.ts';

interface Flags {
  bytes?: true;
  open: boolean;
  fault?: string[];
  port?: number;
  remote?: true;
  seed?: number;
}

const names = [...presets, ...faultKinds].map(({ name }) => name).join(', ');

const targets = `
Targets:
  http://localhost:5173  HTTP and WebSocket.
  https://app.test:8443  The same over TLS. The tap sends the target this name
                         (SNI). If the target is not on this machine, its
                         certificate must be trusted, and for this name. Clients
                         get a certificate of the tap's own, for localhost and
                         127.0.0.1.
  localhost:1883         Anything else over TCP.

All addresses of a name are tried. What clients send is forwarded unchanged, the
Host header too: it holds the tap's address.`;

/**
 * Makes the command of it.
 *
 * @param program without options, arguments and action
 */
export function tapCommand(program: Command): Command {
  return program
    .description(
      'Shows the connections of your own program byte by byte, and breaks them on demand.',
    )
    .argument('<target>', 'such as http://localhost:5173')
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
    .addHelpText('after', targets)
    .action(async (target: string, flags: Flags) => {
      const { bytes, fault, open, ...options } = flags;
      const faults = await readFaults(fault);
      const wire = bytes ? 'bytes' : 'lines';
      await runUntilStopped(async () => {
        const { address, shown, page, stop } = await runTap(
          target,
          { ...options, page: true, faults, wire },
          (line) => process.stdout.write(`${line}\n`),
        );
        const ssh = sshForwarding(
          [address, page!].map((each) => Number(/:(\d+)\/?$/.exec(each)![1])),
        );
        process.stdout.write(
          `\n  Open     ${address}, in place of ${shown}\n  Wire     ${page}\n` +
            faults
              .map((each) => `  Fault    ${describeFault(each)}\n`)
              .join('') +
            (ssh ? `  Over ssh ${ssh}\n` : '') +
            '  Stop     Ctrl+C\n\n',
        );
        if (open && page) void openInBrowser(page);
        return { stop };
      });
    });
}
