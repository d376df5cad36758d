/** The tap as it runs outside the repository: where the packed file begins. */
import { endWithNpx } from '@on-the-wire/course/harness/end-with-npx.ts';
import { tapCommand } from '@on-the-wire/course/harness/tap-command.ts';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';
import { packedAsTyped } from './as-typed.ts';

const typed = packedAsTyped(process.argv[1]!, process.cwd());
void runVerb(tapCommand(verb('').name(typed)));
// Only npm sets it. Editors end npx alone, and it passes nothing on.
if (process.env['npm_config_npm_version'] !== undefined) void endWithNpx();
