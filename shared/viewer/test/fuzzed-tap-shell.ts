/** A tap's page for `serve.ts`. */
import { createTap } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '../live/live-units.ts';
import { WireLog } from '../live/log.ts';
import { createTapShell } from '../server/tap-shell.ts';

export function createServer() {
  const tap = createTap({ target: { host: '127.0.0.1', port: 9 } });
  const log = new WireLog(tap.recording, new LiveUnits(tap));
  const [target, address] = ['localhost:9', 'localhost:8'];
  return createTapShell({ log, tap, target, address });
}
