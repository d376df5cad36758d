/** Whether a page recovers: from a cut, from a 503, from silence. */
import type { Check } from '@on-the-wire/course/exercise/check.ts';
import { createStation, type Mood } from './check/channel.ts';
import { openPage, section } from './check/follower.ts';

const never = 3_600_000; // ms
const timeoutMs = 25_000; // by the page's clock, as all times here

const afterRefusal = {
  early: 'After a 503 the page does not wait',
  late: 'After a 503 the page waits too long',
  never: 'After a 503 the page does not reconnect',
};
const afterSilence = {
  early: 'A healthy stream was closed',
  late: 'The page notices a silence too late',
  never: 'After a silence the page does not reconnect',
};

export default {
  browser: true,
  starter: afterRefusal.never,

  async run(trial) {
    const { data } = trial;
    const station = await createStation(trial);
    // A network that passes on at once: the browser reads, and not this code.
    const line = await trial.line(station.port, { faults: [] });
    const page = await openPage(trial, line, station);

    await trial.step('each event reaches the page', async () => {
      const channel = station.channel();
      const mine = await page.follow(channel, {
        timeoutMs,
        retryDelayMs: 2_000,
      });
      for (const kind of ['snapshot', 'departure', 'announcement'])
        await mine.mustHear(channel.tell(kind, data.line()));
      await mine.mustHear(channel.tell('heartbeat', data.word()));
      await mine.mustStop('while the stream was open', 4 * timeoutMs);
    });

    await trial.step('a 503: another stream, after a while', async () => {
      const retryDelayMs = data.whole(3, 9) * 1_000;
      const waits = { timeoutMs: never, retryDelayMs };
      const first: Mood = { status: 503, type: 'text/plain' };
      const refusals = [
        { status: data.pick([500, 502, 504]), type: 'text/plain' },
        { status: data.pick([403, 404, 429]), type: 'text/plain' },
        { status: 200, type: 'text/html' },
      ];
      const told = ({ status, type }: { status: number; type: string }) =>
        status === 200 ? `200 with the Content-Type ${type}` : String(status);
      const channel = station.channel();
      channel.mood = first;
      const mine = await page.follow(channel, waits);
      let times = 0;
      const again = async (sent: string, next: Mood) => {
        times += 1;
        await mine.givenUp(times);
        channel.mood = next;
        await mine.asksAfter(retryDelayMs, afterRefusal, {
          sent,
          expected: `after ${retryDelayMs} ms: GET ${channel.path}`,
          came: 'nothing: the browser had given up (readyState 2)',
          section,
        });
      };
      await again('503, for the first request', 'accept');
      let last = channel.tell('departure', data.line());
      await mine.mustHear(last);
      // Then from a stream that has brought an id, and from one that has not.
      for (const kind of ['heartbeat', 'announcement']) {
        channel.mood = refusals[0]!;
        await mine.mustReconnect(() => line.cut(), 'the connection was reset', {
          hasId: kind === 'heartbeat',
          retryDelayMs,
        });
        // One of each class, and one is enough the second time.
        const all = kind === 'heartbeat' ? [refusals[0]!] : refusals;
        for (const [index, refusal] of all.entries()) {
          const sent = `the connection was reset; then ${told(refusal)}`;
          await again(sent, all[index + 1] ?? 'accept');
          mine.mustName(last.id, sent);
        }
        const next = channel.tell(kind, data.line());
        await mine.mustHear(next);
        if (next.id) last = next;
      }
      await mine.mustBeOne('503, several times');
      channel.mood = refusals[0]!;
      line.cut();
      times += 1;
      await mine.givenUp(times);
      await mine.mustStop('after a 503, before the next try', never);
    });

    await trial.step('a silence: another stream instead', async () => {
      const retryDelayMs = 10_000;
      const channel = station.channel();
      const mine = await page.follow(channel, { timeoutMs, retryDelayMs });
      const silence = async (last: { id: string }, sent: string) => {
        line.break('down:silence');
        await mine.asksAfter(timeoutMs, afterSilence, {
          sent,
          expected: `after ${timeoutMs} ms: GET ${channel.path}?after=…`,
          came: 'nothing: the stream stays “open”',
          section,
        });
        mine.mustName(last.id, sent);
      };
      // So that code which looks now and then has not looked just now.
      await mine.run(data.whole(5_000, 10_000));
      const first = channel.tell('departure', data.line());
      await mine.mustHear(first);
      await silence(first, 'an event, and then nothing');
      await silence(first, 'nothing at all, from the beginning');
      line.break();
      await mine.mustHear(channel.tell('heartbeat', data.word()));
      await silence(first, 'a heartbeat without an id, and then nothing');
      line.break();
      await mine.mustHear(channel.tell('announcement', data.line()));
      const silenced = 'the connection was silent, and then was not';
      const newest = await mine.mustBeOne(silenced);

      // A 503 when the timeout is almost over: both ask for another stream.
      await mine.run(timeoutMs - retryDelayMs / 2);
      channel.mood = { status: 503, type: 'text/plain' };
      line.cut();
      await mine.givenUp(1);
      channel.mood = 'accept';
      const count = channel.asks.length;
      mine.mayOpen();
      await mine.run(retryDelayMs * 1.5);
      const both = `503, ${retryDelayMs / 2} ms before the timeout is over`;
      await mine.asked(count + 1, { title: afterRefusal.never, sent: both });
      mine.mustName(newest.id, both);
      await mine.mustBeOne(both);
      await mine.mustHaveAsked(count + 1, {
        title: 'There are two streams now',
        sent: both,
        expected: 'one more GET, by the timeout or after the 503',
      });
      await mine.mustStop('after a silence', 4 * timeoutMs);
    });

    await trial.step(
      'a cut: the browser reconnects, and nobody else',
      async () => {
        const retryDelayMs = 2_000;
        const channel = station.channel();
        const mine = await page.follow(channel, { timeoutMs, retryDelayMs });
        const cuts = {
          'the connection was reset': () => line.cut('rst'),
          'the connection was closed within an event': () => {
            channel.tellHalf();
            line.cut('fin');
          },
          'the server ended the response': () => channel.end(),
        };
        for (const [sent, cut] of Object.entries(cuts)) {
          const seen = channel.tell('departure', data.line());
          await mine.mustHear(seen);
          const count = channel.asks.length;
          await mine.mustReconnect(cut, sent, { hasId: true, retryDelayMs });
          mine.mustName(seen.id, sent);
          await mine.run(retryDelayMs * 1.5);
          await mine.mustHaveAsked(count + 1, {
            title: 'There are two streams now',
            sent,
            expected: 'one more GET: the browser reconnects by itself',
          });
        }
        await mine.mustBeOne('the connection was lost, three times');
        channel.mood = 'keep waiting';
        const count = channel.asks.length;
        line.cut();
        await mine.asked(count + 1, {
          title: 'After a cut the page does not reconnect',
        });
        await mine.mustStop('while the browser was reconnecting', never);
      },
    );

    await trial.step('a quiet night: heartbeats are enough', async () => {
      const channel = station.channel();
      const mine = await page.follow(channel, {
        timeoutMs,
        retryDelayMs: 2_000,
      });
      const others = ['snapshot', 'departure', 'announcement'] as const;
      for (const kind of others)
        for (const each of ['heartbeat', kind]) {
          const pause = data.whole(18_000, 24_000);
          const parts = {
            title: afterSilence.early,
            sent: `${pause} ms without an event, with timeoutMs: ${timeoutMs}; the last was ${each}`,
            expected: 'the same stream',
            section: 'HTML, 9.2.7',
          };
          await mine.mustHear(channel.tell(each, data.line()));
          channel.comment();
          await mine.run(pause);
          await mine.mustHaveAsked(1, parts);
        }
      // And its end: an event, upon which the page itself stops it.
      const text = data.word();
      await mine.stopAt(text);
      await mine.mustHear(channel.tell('heartbeat', text));
      await mine.mustBeStopped('called by tell itself', 4 * timeoutMs);
    });

    await trial.step('two at once: each has its own stream', async () => {
      const waits = { timeoutMs, retryDelayMs: 2_000 };
      const [one, two] = [station.channel(), station.channel()];
      const first = await page.follow(one, waits);
      const second = await page.follow(two, waits);
      await first.mustHear(one.tell('departure', data.line()));
      const last = two.tell('departure', data.line());
      await second.mustHear(last);
      await first.mustHear(one.tell('departure', data.line()));
      await first.stop();
      await second.mustHear(two.tell('heartbeat', data.word()), {
        title: 'Two that follow disturb each other',
        sent: 'two calls of follow; stop() of the first; then an event for the second',
      });
      const parts = {
        sent: 'two calls of follow; stop() of the first; then nothing for the second',
        expected: `GET ${two.path}?after=…`,
      };
      await second.asksAfter(timeoutMs, afterSilence, parts);
      second.mustName(last.id, parts.sent);
      await first.mustStop('while another one goes on', 4 * timeoutMs);
      await second.stop();
    });
  },
} satisfies Check;
