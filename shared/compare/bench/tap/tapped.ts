/**
 * The tap as lessons have it, or only its parts up to one, in a process of its
 * own. What one more part costs is what that part takes.
 */
import { createTap } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import { keepMemorySmall } from '@on-the-wire/viewer/live/small-memory.ts';
import { TAP_PARTS, type TapPart } from './parts.ts';

keepMemorySmall();
// Without one: all of them, as lessons have it.
const wanted = (process.argv[3] as TapPart | undefined) ?? TAP_PARTS.at(-1)!;
const last = TAP_PARTS.indexOf(wanted);
const has = (part: TapPart): boolean => TAP_PARTS.indexOf(part) <= last;

const target = { host: '127.0.0.1', port: Number(process.argv[2]) };
const tap = createTap({ target });
if (!has('recording')) tap.recording.read = () => {};
const units = has('decoding') ? new LiveUnits(tap) : undefined;
const log =
  units && has('lines') ? new WireLog(tap.recording, units) : undefined;
process.send!(await tap.listen());
// Asked for what it has cost so far.
process.on('message', () =>
  process.send!({ ...process.cpuUsage(), lines: log?.end }),
);
process.once('disconnect', () => process.exit());
