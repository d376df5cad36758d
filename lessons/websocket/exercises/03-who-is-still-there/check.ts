/** Whether both sides notice that nobody is there: RFC 6455, 5.5.2. */
import { once } from 'node:events';
import type {
  Check,
  Learner,
  TappedConnection,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { WebSocket } from 'ws';
import { openPage } from './check/page.ts';
import type { Client } from './stage.ts';

const section = 'RFC 6455 5.5.2';

export default {
  browser: true,
  starter: 'Nobody notices that a client is dead',

  async run(trial) {
    const { data } = trial;
    const pause = data.whole(1_000, 3_000);
    const learner = await trial.start();
    const port = await learner.stage<number>('open', pause);
    if (port === 0)
      trial.fail({
        title: 'The file exports no function watchPulse',
        expected: 'export function watchPulse(client, pause)',
      });
    const line = await trial.line(port);

    await trial.step('the server pings; who answers stays', async () => {
      const client = await visit(trial, learner, line, pause);
      await client.mustBePinged(6);
      client.leave();
    });

    await trial.step('who is dead is cut off', async () => {
      const client = await visit(trial, learner, line, pause);
      await client.mustBePinged(data.whole(1, 3));
      line.break('silence');
      await client.mustBeCut();
      line.break('joiner=wait:4ms', 'slicer=gap:1ms');
    });

    await trial.step('who has left is pinged no more', async () => {
      const client = await visit(trial, learner, line, pause);
      await client.mustBePinged(2);
      client.leave();
      const before = await learner.stage<Client>('left');
      let after = before;
      for (let time = 0; time < 3; time += 1)
        after = await learner.stage<Client>('wait', pause);
      if (after.late > 0 || after.timers > 0)
        trial.fail({
          title: 'The timer of a client that has left goes on',
          sent: `a goodbye of the client, then 3 times ${pause} ms`,
          expected: 'no ping, and no timer',
          came: `${after.late} pings, ${after.timers} timers that go on`,
          section,
        });
    });

    await trial.step('the page asks; any message is an answer', async () => {
      const page = await openPage(trial);
      for (const answer of ['pong', 'text', 'bytes'] as const) {
        page.answerWith(answer);
        await page.mustStay(25_000, answer);
      }
      await page.close();
    });

    await trial.step(
      'a silent line is noticed, without a goodbye',
      async () => {
        const page = await openPage(trial);
        await page.mustStay(15_000, 'pong');
        await page.mustNoticeSilence();
        await page.close();
      },
    );

    await trial.step('after a close there is nothing to notice', async () => {
      const page = await openPage(trial);
      await page.mustStay(15_000, 'pong');
      await page.mustRest();
      await page.close();
    });
  },
} satisfies Check;

/** A client that answers pings by itself, as all of them do. */
async function visit(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
  pause: number,
) {
  const client = new WebSocket(line.origin.replace('http', 'ws'));
  trial.defer(() => client.terminate());
  client.on('error', () => {});
  let localPort = 0;
  client.on('upgrade', ({ socket }) => (localPort = socket.localPort!));
  const gone = new Promise<string>((resolve) =>
    client.once('close', (code) => resolve(`close ${code}`)),
  );
  const seen = { pings: 0 };
  client.on('ping', () => (seen.pings += 1));
  await trial.within(once(client, 'open'), (why) => ({
    title: 'Nobody can connect any more',
    came: why.message,
  }));
  const wire = { client: localPort, direction: 'down' as const };
  let waits = 0;

  const pinged = async (count: number) => {
    for (; seen.pings < count; await once(client, 'ping'));
    return 'pinged';
  };

  return {
    leave: () => client.close(1000),

    /** It is asked so many times, answers each, and may stay. */
    async mustBePinged(times: number) {
      for (let time = 0; time < times; time += 1) {
        const before = seen.pings;
        await learner.stage('wait', pause);
        waits += 1;
        const came = await trial.within(
          Promise.race([pinged(before + 1), gone]),
          () => ({
            title: 'No ping comes',
            sent: `${pause} ms, for the ${waits}. time`,
            expected: 'a ping',
            came: 'nothing',
            section,
            wire,
          }),
        );
        if (came === 'pinged')
          await trial.within(learner.stage('answered', seen.pings), () => ({
            title: 'A pong does not arrive',
            section,
            wire,
          }));
        else
          trial.fail({
            title: 'A client that answers is cut off',
            sent: `${seen.pings} ${seen.pings === 1 ? 'ping' : 'pings'}, and a pong for each`,
            expected: `after ${pause} ms more: another ping`,
            came: `${came}: the connection was ended`,
            note: 'who marks that it has answered?',
            section,
            wire: { ...wire, direction: 'up' as const },
          });
      }
    },

    /** The line is silent: the server gives up, without a goodbye. */
    async mustBeCut() {
      let now: Client | undefined;
      for (let time = 0; time < 3; time += 1) {
        now = await learner.stage<Client>('wait', pause);
        if (now.isCut) return;
      }
      const isClosing = now!.state === WebSocket.CLOSING;
      trial.fail({
        title: isClosing
          ? 'A dead client is told goodbye, and waited for'
          : 'Nobody notices that a client is dead',
        sent: `a line that fell silent, and 3 times ${pause} ms`,
        expected: 'the connection is cut: nothing, and terminate()',
        came: isClosing
          ? 'a close frame, which nobody answers: readyState 2, for 30 s'
          : `more pings, and no end: readyState ${now!.state}`,
        section: isClosing ? 'RFC 6455 7.1.1' : section,
        wire,
      });
    },
  };
}
