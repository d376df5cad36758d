/** The tap as lessons have it, recording, in a process of its own. */
import { createTap } from '../../tap/tap.ts';

const target = { host: '127.0.0.1', port: Number(process.argv[2]) };
process.send!(await createTap({ target }).listen());
process.once('disconnect', () => process.exit());
