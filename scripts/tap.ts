/** `pnpm tap <target>`: the tap in front of a program of your own. */
import { tapCommand } from '@on-the-wire/course/harness/tap-command.ts';
import { runVerb, verb } from '@on-the-wire/course/harness/verb.ts';

await runVerb(tapCommand(verb('tap')));
