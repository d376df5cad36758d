/** The wire of a tap that stands before the reader's own program: one page. */
import { randomBytes } from 'node:crypto';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import { hasVerbs } from '@on-the-wire/system/place.ts';
import type { Tap } from '@on-the-wire/tap/tap.ts';
import type { WireLog } from '../live/log.ts';
import { renderTemplate, lazyAsync } from './response.ts';
import { sendEventStream } from './event-stream.ts';
import {
  closeServer,
  createGuardedServer,
  type Shell,
} from './guarded-server.ts';
import { icon, tapHtml, tapScript, wireStyle } from './tap-files.ts';
import { readWire, wireChanges, wireStates } from './wire-routes.ts';

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
  const script = lazyAsync(tapScript);
  const wire = { log, tap, name: 'tap', title: target };
  const server = createGuardedServer({
    pages: {
      '/': async () => ({
        type: 'text/html; charset=utf-8',
        body: renderTemplate(await tapHtml(), {
          target,
          address,
          forwarded: forwardedUrl(`http://127.0.0.1:${tap.port}`) ?? '',
          run,
          pnpm: hasVerbs ? pnpm : '',
        }),
      }),
      '/tap.js': async () => ({
        type: 'text/javascript; charset=utf-8',
        body: await script(),
      }),
      '/tap.css': async () => ({
        type: 'text/css; charset=utf-8',
        body: await wireStyle(),
      }),
      '/icon.svg': async () => ({
        type: 'image/svg+xml; charset=utf-8',
        body: await icon(),
      }),
    },
    changes: wireChanges(wire),
    read(context) {
      if (context.path !== '/events') return readWire(wire, context);
      const follow = wireStates(wire);
      sendEventStream(context.request, context.response, { run, log, follow });
      return 'sent';
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
