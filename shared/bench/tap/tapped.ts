/** The tap as lessons have it, recording and decoding, in a process of its own. */
import { createTap } from '../../tap/tap.ts';
import { LiveUnits } from '../../view/live-units.ts';
import { WireLog } from '../../view/log.ts';
import { keepMemorySmall } from '../../view/small-memory.ts';

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
