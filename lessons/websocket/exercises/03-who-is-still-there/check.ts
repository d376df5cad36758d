/** Whether both sides notice a dead connection: RFC 6455, 5.5.2. */
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

const section = 'RFC 6455, 5.5.2';

export default {
  browser: true,
  starter: 'A dead client is not noticed',

  async run(trial) {
    const { data } = trial;
    const intervalMs = data.whole(1_000, 3_000);
    const learner = await trial.start();
    const port = await learner.stage<number>('open', intervalMs);
    if (port === 0)
      trial.fail({
        title: 'The file exports no function watchPulse',
        expected: 'export function watchPulse(client, intervalMs)',
      });
    const line = await trial.line(port);

    await trial.step(
      'the server pings; a client that returns pongs stays',
      async () => {
        const client = await visit(trial, learner, line, intervalMs);
        await client.mustBePinged(6);
        client.leave();
      },
    );

    await trial.step('a dead client is terminated', async () => {
      const client = await visit(trial, learner, line, intervalMs);
      await client.mustBePinged(data.whole(1, 3));
      line.break('silence');
      await client.mustBeCut();
      line.break('joiner=wait:4ms', 'slicer=gap:1ms');
    });

    await trial.step('a client that has left gets no more pings', async () => {
      const client = await visit(trial, learner, line, intervalMs);
      await client.mustBePinged(2);
      client.leave();
      const before = await learner.stage<Client>('left');
      let after = before;
      for (let time = 0; time < 3; time += 1)
        after = await learner.stage<Client>('wait', intervalMs);
      if (after.late > 0 || after.timers > 0)
        trial.fail({
          title: 'The timer of a client that has left goes on',
          sent: `a close frame of the client, then 3 times ${intervalMs} ms`,
          expected: 'no ping, and no timer',
          came: `${after.late} pings, ${after.timers} timers that go on`,
          section,
        });
    });

    await trial.step(
      'the page sends heartbeats; any message will do',
      async () => {
        const page = await openPage(trial);
        for (const kind of ['pong', 'text', 'bytes'] as const) {
          page.respondWith(kind);
          await page.mustStay(25_000, kind);
        }
        await page.close();
      },
    );

    await trial.step(
      'a silent connection is noticed, without a close frame',
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

/** A client that returns a pong for each ping by itself, as all of them do. */
async function visit(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
  intervalMs: number,
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
    title: 'A client can no longer connect',
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

    /** It gets so many pings, returns each pong, and stays connected. */
    async mustBePinged(times: number) {
      for (let time = 0; time < times; time += 1) {
        const before = seen.pings;
        await learner.stage('wait', intervalMs);
        waits += 1;
        const came = await trial.within(
          Promise.race([pinged(before + 1), gone]),
          () => ({
            title: 'No ping comes',
            sent: `${intervalMs} ms, for the ${waits}. time`,
            expected: 'a ping',
            came: 'nothing',
            section,
            wire,
          }),
        );
        if (came === 'pinged')
          await trial.within(learner.stage('ponged', seen.pings), () => ({
            title: 'A pong does not arrive',
            section,
            wire,
          }));
        else
          trial.fail({
            title: 'A client that sends its pongs is terminated',
            sent: `${seen.pings} ${seen.pings === 1 ? 'ping' : 'pings'}, and a pong for each`,
            expected: `after ${intervalMs} ms more: another ping`,
            came: `${came}: the connection was ended`,
            note: 'is the pong noted anywhere?',
            section,
            wire: { ...wire, direction: 'up' as const },
          });
      }
    },

    /** The connection is silent: the server terminates it. */
    async mustBeCut() {
      let now: Client | undefined;
      for (let time = 0; time < 3; time += 1) {
        now = await learner.stage<Client>('wait', intervalMs);
        if (now.isCut) return;
      }
      const isClosing = now!.state === WebSocket.CLOSING;
      trial.fail({
        title: isClosing
          ? 'A dead client gets a close frame, and is waited for'
          : 'A dead client is not noticed',
        sent: `a connection that fell silent, and 3 times ${intervalMs} ms`,
        expected: 'the connection is ended: terminate(), and no close frame',
        came: isClosing
          ? 'a close frame, for which none is returned: readyState 2, for 30 s'
          : `more pings, and no end: readyState ${now!.state}`,
        section: isClosing ? 'RFC 6455, 7.1.1' : section,
        wire,
      });
    },
  };
}
