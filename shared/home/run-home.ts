/** Serves the home page. */
import { styleText } from 'node:util';
import { openInBrowser } from '@on-the-wire/browser/open-in-browser.ts';
import type { AroundShell } from '@on-the-wire/course/shell/around.ts';
import type { Consent } from '@on-the-wire/course/shell/consent.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { defaultPort, findPort } from '@on-the-wire/system/ports.ts';
import type { Terminal } from '@on-the-wire/system/terminal.ts';
import { createHome } from './server.ts';

/** The page, while it is served. */
export interface RunningHome {
  url: string;
  /** Ends the page, not the lessons. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Serves it until `stop()` is called.
 *
 * @param around starts what is asked for on the page
 * @param asking allows what came by a forwarder
 * @param port of the page; without it the first that is free
 * @param open opens it in a browser, where there is one
 * @throws UsageError (1) if the port is in use
 */
export async function runHome(
  lessons: FoundLesson[],
  {
    around,
    asking,
    port,
    open = false,
    terminal,
  }: {
    around: AroundShell;
    asking?: Consent | undefined;
    port?: number;
    open?: boolean;
    terminal: Terminal;
  },
): Promise<RunningHome> {
  const { server, close } = createHome({ lessons, around, asking });
  const at = await findPort(port);
  await listen(server, at);
  const url = `http://127.0.0.1:${at}/`;
  const bold = styleText('bold', url, { stream: terminal.stdout });
  // With the ports of the first lesson that is started from it.
  const ssh = sshForwarding([at, ...[0, 1, 2].map((n) => defaultPort + n)]);
  const forwarded = forwardedUrl(url);
  terminal.stdout.write(
    `  All of them   ${bold}\n` +
      (ssh ? `  Over ssh      ${ssh}\n` : '') +
      (forwarded ? `  Forwarded     ${forwarded}\n` : '') +
      '  Stop          Ctrl+C\n\n',
  );
  if (open) void openInBrowser(url);
  return { url, stop: close };
}
