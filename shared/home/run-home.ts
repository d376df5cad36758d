/** Runs the home page, and the lesson that is started from it. */
import { listen } from '@on-the-wire/system/listen.ts';
import { styleText } from 'node:util';
import { findLesson } from '@on-the-wire/course/harness/lessons.ts';
import { openInBrowser } from '@on-the-wire/browser/open-in-browser.ts';
import { sshForwarding } from '@on-the-wire/system/over-ssh.ts';
import { defaultPort, findPort } from '@on-the-wire/system/ports.ts';
import {
  runLesson,
  type RunningLesson,
} from '@on-the-wire/course/harness/run-lesson.ts';
import type { Terminal } from '@on-the-wire/system/terminal.ts';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { createHome } from './server.ts';

/** The page, while it is served. */
export interface RunningHome {
  url: string;
  /** Ends the page and the lesson that runs. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Runs it until `stop()` is called. One lesson runs at a time: its addresses
 * are then those that its tutorial names.
 *
 * @param port of the page; without it the first that is free
 * @param open opens it in a browser, where there is one
 * @throws UsageError (1) if the port is in use
 */
export async function runHome(
  lessons: FoundLesson[],
  {
    port,
    open = false,
    terminal = process,
  }: { port?: number; open?: boolean; terminal?: Terminal } = {},
): Promise<RunningHome> {
  let running: RunningLesson | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;

  /** One after the other, however often a button is pressed. */
  function start(name: string): Promise<string> {
    const started = last.then(async () => {
      await running?.stop();
      running = undefined;
      if (stopped) throw new Error('The home page was stopped.');
      running = await runLesson(findLesson(name), { terminal });
      return running.shellUrl!;
    });
    last = started.catch(() => {});
    return started;
  }

  const { server, close } = createHome({ lessons, start });
  const at = await findPort(port);
  await listen(server, at);
  const url = `http://127.0.0.1:${at}/`;
  const bold = styleText('bold', url, { stream: terminal.stdout });
  // With the ports that a lesson has which is started from it.
  const ssh = sshForwarding([at, ...[0, 1, 2].map((n) => defaultPort + n)]);
  terminal.stdout.write(
    `  All of them   ${bold}\n` +
      (ssh ? `  Over ssh      ${ssh}\n` : '') +
      '  Stop          Ctrl+C\n\n',
  );
  if (open) void openInBrowser(url);
  return {
    url,
    async stop() {
      stopped = true;
      await close();
      await last;
      await running?.stop();
    },
  };
}
