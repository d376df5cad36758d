/** WebKitGTK without a driver: windows that keep what they load. */
import { once } from 'node:events';
import { join } from 'node:path';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { findEngine, missingEngine, type Version } from '../engines.ts';
import { LEASH, startSurroundings } from './webkitgtk.ts';

/** What opens windows that nobody drives. */
export interface PlainWebKitGTK {
  version: Version;
  /** Opens a window with a profile of its own. It accepts any certificate. */
  open(url: string): void;
  /** Ends them all. */
  close(): Promise<void>;
}

/**
 * Starts what the windows need.
 *
 * @throws Error where WebKitGTK is not installed, or does not start
 */
export async function startPlainWebKitGTK(): Promise<PlainWebKitGTK> {
  const browser = findEngine('webkitgtk');
  if (browser === undefined)
    throw new Error(`Opening a browser: ${missingEngine('webkitgtk')}`);
  const { version, environment, close } = await startSurroundings(browser);
  const windows: (() => Promise<unknown>)[] = [];
  return {
    version,
    open(url) {
      const name = `${windows.length}`;
      const own = Object.entries(environment).map(([key, value]) =>
        /^XDG_(CONFIG|CACHE|DATA)/.test(key)
          ? [key, join(value!, name)]
          : [key, value],
      );
      const child = spawn(
        '/bin/sh',
        ['-c', LEASH, 'sh', browser, '--ignore-tls-errors', url],
        {
          stdio: ['pipe', 'ignore', 'ignore'],
          detached: true,
          env: Object.fromEntries(own),
        },
      );
      const ended = once(child, 'close');
      windows.push(() => {
        child.stdin!.end();
        return ended;
      });
    },
    async close() {
      await Promise.all(windows.map((end) => end()));
      await close();
    },
  };
}
