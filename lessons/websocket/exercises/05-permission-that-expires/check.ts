/** Whether permission expires on a living connection; close codes: RFC 6455, 7.4. */
import type { Check } from '@on-the-wire/course/exercise/check.ts';
import { clients } from './check/clients.ts';
import * as one from './check/one.ts';
import * as several from './check/several.ts';

export default {
  starter: 'A message is carried out after the permission has expired',

  async run(trial) {
    const learner = await trial.start();
    const port = await learner.stage<number>('open');
    if (port === 0)
      trial.fail({
        title: 'The file exports no function converse',
        expected: 'export function converse(client, guest)',
      });
    const line = await trial.line(port, { faults: [] });
    const all = clients(trial, learner, line);
    const steps: [name: string, run: typeof one.mustExpire][] = [
      ['until it expires, messages are carried out', one.mustBeValid],
      ['then each message is refused', one.mustExpire],
      ['after graceMs it is closed with 3000', one.mustClose],
      ['what comes after the close frame is ignored', one.mustIgnore],
      ['it is renewed in place, again and again', one.mustRenew],
      ['a ticket that is no good changes nothing', one.mustNotRenew],
      ['each connection has its own time', several.mustStandAlone],
      ['a passenger is never closed', several.mustStay],
      ['permission for weeks', several.mustLast],
      ['a connection that has ended has no timer', several.mustRest],
    ];
    for (const [name, run] of steps)
      await trial.step(name, () => run(trial, all));
  },
} satisfies Check;
