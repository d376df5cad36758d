/** The tap as lessons have it, recording and decoding, in a process of its own. */
import { createTap } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { keepMemorySmall } from '@on-the-wire/viewer/live/small-memory.ts';

keepMemorySmall();
const target = { host: '127.0.0.1', port: Number(process.argv[2]) };
const tap = createTap({ target });
const log = new WireLog(tap.recording, new LiveUnits(tap));
process.send!(await tap.listen());
// Asked for what it has cost so far.
process.on('message', () =>
  process.send!({ ...process.cpuUsage(), lines: log.end }),
);
process.once('disconnect', () => process.exit());
