/** Whether both sides notice a dead connection: RFC 6455, 5.5.2. */
import type { Check } from '@on-the-wire/course/exercise/check.ts';
import { type Visitor, visitors } from './check/clients.ts';
import { openPage } from './check/page.ts';

export default {
  browser: true,
  starter: 'A dead client is not noticed',

  async run(trial) {
    const { data } = trial;
    const intervalMs = data.whole(1_000, 3_000);
    const learner = await trial.start();
    const port = await learner.stage<number>('open');
    if (port === 0)
      trial.fail({
        title: 'The file exports no function watchPulse',
        expected: 'export function watchPulse(client, intervalMs)',
      });
    const line = await trial.line(port, { faults: [] });
    const visit = visitors(trial, learner, line);

    await trial.step(
      'a client that returns pongs is pinged, and stays',
      async () => {
        const client = await visit(intervalMs);
        await client.pong(); // some ping at once
        await client.wait(intervalMs);
        const delays = [0, data.whole(1, intervalMs - 2), intervalMs - 1, 0];
        for (const delay of delays) {
          await client.wait(delay);
          await client.mustStay();
          await client.pong();
          await client.wait(intervalMs - delay);
          await client.mustStay();
        }
        await client.pong();
        await client.mustBePinged(delays.length);
        client.leave();
        await client.hasLeft();
      },
    );

    await trial.step('a client that returns none is terminated', async () => {
      const silent = await visit(intervalMs);
      await silent.pong();
      for (let time = data.whole(1, 3); time > 0; time -= 1) {
        await silent.wait(intervalMs);
        await silent.mustStay();
        await silent.pong();
      }
      line.break('silence');
      await silent.wait(intervalMs);
      await silent.mustBeCut('its connection fell silent');
      silent.drop();
      line.break();

      const talker = await visit(intervalMs);
      const { pings } = await talker.look();
      if (pings.length === 0) await talker.wait(intervalMs);
      await talker.mustStay();
      await talker.mustBeCut('it sends texts and pings of its own', () =>
        talker.talk(),
      );
      await talker.mustHaveSeenNoClose();
    });

    await trial.step('a client that has left is forgotten', async () => {
      const leave = {
        'a close frame': (client: Visitor) => client.leave(),
        'an end without a close frame': (client: Visitor) => client.drop(),
        'no more pongs, so terminate()': (client: Visitor) =>
          client.mustBeCut('nothing comes any more'),
      };
      for (const [how, act] of Object.entries(leave)) {
        const client = await visit(intervalMs);
        for (let time = 0; time < 2; time += 1) {
          await client.pong();
          await client.wait(intervalMs);
        }
        await act(client);
        await client.mustBeForgotten(how);
      }
    });

    await trial.step('each client counts for itself', async () => {
      const lively = await visit(intervalMs * 2);
      const dying = await visit(intervalMs);
      const both = [lively, dying];
      const title = 'What one client does decides about another';
      for (const each of both)
        each.explain({ title, note: 'two are connected, and one is dead' });
      for (let time = 0; time < 3; time += 1) {
        for (const each of both) await each.pong();
        await lively.wait(intervalMs);
      }
      await lively.pong();
      await dying.mustBeCut('another client returns its pongs', () =>
        lively.pong(),
      );
      await lively.pong();
      await lively.mustStay();
      const last = await visit(intervalMs);
      last.explain({ title, note: 'another one had left before' });
      await last.pong();
      lively.leave();
      await lively.hasLeft();
      for (let time = 0; time < 3; time += 1) {
        await last.wait(intervalMs);
        await last.pong();
        await last.mustStay();
      }
      await last.mustBePinged(3);
      await last.wait(intervalMs);
      await last.mustBeCut('another client had left before');
    });

    const page = await openPage(trial);
    const bases = [data.whole(4, 9), data.whole(4, 9)] as const;
    const short = { intervalMs: bases[0] * 2_000, timeoutMs: bases[0] * 700 };
    const long = { intervalMs: bases[1] * 500, timeoutMs: bases[1] * 1_300 };

    await trial.step('heartbeats, and any message will do', async () => {
      for (const kind of ['pong', 'text', 'bytes'] as const) {
        const watch = await page.watch(short);
        await watch.mustStay(kind);
      }
    });

    await trial.step('silence is noticed, without a close frame', async () => {
      const watch = await page.watch(short);
      await watch.mustNoticeSilence('none');
      const late = await page.watch(short);
      await late.mustNoticeSilence('a message before it');
    });

    await trial.step('a timeout longer than the interval', async () => {
      const watch = await page.watch(long);
      await watch.mustStay('text');
      const slow = await page.watch(long);
      await slow.mustNoticeSilence('one message, late');
    });

    await trial.step('each connection counts for itself', async () => {
      await page.mustTellApart(short, long);
    });

    await trial.step('after a close there is nothing to notice', async () => {
      for (const how of ['close', 'cut'] as const) {
        const watch = await page.watch(how === 'close' ? short : long);
        await watch.mustRest(how);
      }
    });
  },
} satisfies Check;
