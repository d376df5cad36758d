/** The wire of a tap that stands before the reader's own program: one page. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { pnpm } from '../harness/as-typed.ts';
import type { Tap } from '../tap/tap.ts';
import type { WireLog } from '../view/log.ts';
import { fill, keep, pageFile } from './answer.ts';
import { bundle } from './bundle.ts';
import { tellEvents } from './events.ts';
import {
  closeServer,
  createGuardedServer,
  type Shell,
} from './guarded-server.ts';
import { style } from './style.ts';
import { readWire, wireChanges } from './wire-routes.ts';

/**
 * Makes the page of a tap, behind the same guards as a lesson's shell.
 *
 * @param target what stands behind the tap, as the reader wrote it
 * @param address what to open instead
 */
export function createTapShell({
  log,
  tap,
  target,
  address,
}: {
  log: WireLog;
  tap: Tap;
  target: string;
  address: string;
}): Shell {
  const run = randomBytes(4).toString('hex');
  const script = keep(() => bundle('wire/tap-page.ts'));
  const wire = { log, tap, name: 'tap', title: target };
  const server = createGuardedServer({
    pages: {
      '/': async () => ({
        type: 'text/html; charset=utf-8',
        body: fill(await readFile(pageFile('wire/tap.html'), 'utf8'), {
          target,
          address,
          run,
          pnpm,
        }),
      }),
      '/tap.js': async () => ({
        type: 'text/javascript; charset=utf-8',
        body: await script(),
      }),
      '/tap.css': () =>
        style(pageFile('wire/saved-page.css'), pageFile('wire/wire.css')),
      '/icon.svg': async () => ({
        type: 'image/svg+xml; charset=utf-8',
        body: await readFile(pageFile('icon.svg')),
      }),
    },
    changes: wireChanges(wire),
    read(asked) {
      if (asked.path !== '/events') return readWire(wire, asked);
      tellEvents(asked.request, asked.response, { run, log });
      return 'answered';
    },
  });
  return {
    server,
    async close() {
      await closeServer(server);
      await script.settled();
    },
  };
}
