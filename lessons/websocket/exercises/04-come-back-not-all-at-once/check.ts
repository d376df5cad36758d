/** Who reconnects when, and whether all that was sent is carried out, once. */
import type { Check } from '@on-the-wire/course/exercise/check.ts';
import { assemble, many } from './check/crew.ts';
import { mustStopHammering, mustSurviveAnOutage } from './check/outage.ts';
import { openStation } from './check/station.ts';
import { explainWaits, type Round } from './check/waits.ts';

export default {
  starter: 'All reconnect at the same moment, after the same wait',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    // So short that Node, whose timers are on the same clock, never gives up an
    // attempt: that takes it 10 s.
    const first = data.whole(100, 250);
    // No power of two times the first: who doubles up to it goes beyond it.
    const longest = first * 4 + data.whole(first, first * 3);
    const options = { first, longest, steady: first * 5 };
    const given = { trial, learner, options };

    await trial.step('what is sent reaches the server', async () => {
      const crew = await assemble(given, 1);
      // The same text twice is two messages; an empty one is one, too.
      const text = data.line();
      const texts = [text, data.text('\n'), '', text];
      for (const each of texts) await crew.send(each);
      await crew.mustBeDone(texts, 'What is sent does not arrive');
    });

    await trial.step('fifty reconnect, not all at once', async () => {
      const crew = await assemble(given, many, { faults: [] });
      const { line } = crew.station;
      const rounds: Round[] = [];
      line.break('down');
      for (let failures = 0; failures < 4; failures += 1) {
        await crew.mustSettle('gone');
        rounds.push(await crew.round(first * 2 ** failures));
      }
      explainWaits(trial, options, rounds);
    });

    await trial.step('a server that crashes again and again', async () => {
      await mustStopHammering(given);
    });

    await trial.step('a long outage', async () => {
      await mustSurviveAnOutage(given);
    });

    await trial.step('what is sent before it is open waits', async () => {
      const texts = [data.line(), data.text('\n'), data.line()];
      const crew = await assemble(given, 1, { texts });
      const last = data.line();
      await crew.send(last);
      await crew.mustBeDone(
        [...texts, last],
        'What was sent before it was open is lost',
        last,
      );
    });

    await trial.step(
      'connections that break, and nothing is lost',
      async () => {
        const crew = await assemble(given, 1);
        const { station } = crew;
        const seen = data.line();
        await crew.send(seen);
        await crew.mustBeDone([seen], 'What is sent does not arrive');
        await crew.mustHear(1);
        station.line.break('up:silence');
        const texts = [seen, data.line(), data.line()];
        await crew.send(texts[1]!);
        station.line.cut();
        station.line.break('joiner=wait:4ms', 'slicer=gap:1ms');
        await crew.mustSettle('gone');
        await crew.send(texts[2]!);
        // They arrive, but nothing confirms them, several times.
        station.confirm(false);
        for (let time = data.whole(1, 2); time > 0; time -= 1) {
          await crew.reconnect();
          await crew.mustBeSentAgain(texts.slice(1));
          station.line.cut(data.pick(['rst', 'fin']));
          await crew.mustSettle('gone');
        }
        station.confirm(true);
        await crew.reconnect();
        await crew.mustBeSentAgain(texts.slice(1));
        texts.push(data.line());
        await crew.send(texts.at(-1)!);
        await crew.mustBeDone(
          texts,
          'What was sent when the connection broke is lost',
          texts.at(-1),
        );
        crew.mustNotRepeat();
      },
    );

    await trial.step(
      'acks in any order, and nothing is sent again',
      async () => {
        const crew = await assemble(given, 1);
        const { station } = crew;
        station.confirm(false);
        const texts = Array.from({ length: 5 }, () => data.line());
        for (const text of texts) await crew.send(text);
        await crew.mustBeDone(texts, 'What is sent does not arrive');
        // The third and one of the last, never the first: it keeps its place.
        const confirmed = [data.whole(3, 4), 2, data.pick([1, 2])];
        const which = [...new Set(confirmed)];
        station.ack(
          0,
          which.map((at) => station.messages[at]!.id),
        );
        await crew.mustHear(which.length);
        station.line.cut(data.pick(['rst', 'fin']));
        await crew.mustSettle('gone');
        station.confirm(true);
        await crew.reconnect();
        const last = data.line();
        await crew.send(last);
        await crew.mustBeDone(
          [...texts, last],
          'What was sent when the connection broke is lost',
          last,
        );
        crew.mustNotRepeat('Acks are taken to come in the order of the texts');
        await crew.mustBeSentAgain(
          texts.filter((_text, at) => !which.includes(at)),
        );
      },
    );

    await trial.step(
      'fifty at once, and a server that comes and goes',
      async () => {
        const texts = [`<client> ${data.line()}`];
        const crew = await assemble(given, many, {
          texts,
          file: trial.file.href,
        });
        const { station } = crew;
        const talk = async (confirms: boolean) => {
          station.confirm(confirms);
          texts.push(`<client> ${data.line()}`);
          await crew.send(texts.at(-1)!);
        };
        await talk(false);
        station.line.cut();
        await crew.mustSettle('gone');
        await talk(true);
        await crew.reconnect();
        await talk(true);
        await crew.mustBeDone(
          texts,
          'What was sent when the connection broke is lost',
          texts.at(-1),
        );
      },
    );

    await trial.step('close() ends it', async () => {
      const station = await openStation(trial, []);
      for (const when of ['open', 'waiting', 'connecting'] as const) {
        const crew = await assemble(given, 3, { station });
        if (when !== 'open') {
          station.line.cut();
          await crew.mustSettle('gone');
        }
        if (when === 'connecting') {
          station.hold(true);
          await crew.round(first);
          await station.held(3);
        }
        await crew.leave();
        if (when === 'connecting') station.release('accept');
        if (when !== 'waiting')
          await crew.mustSettle('gone', {
            title: 'close() leaves the connection open',
            sent: `close() while it was ${when}`,
          });
        await crew.mustBeOver(when);
      }
    });
  },
} satisfies Check;
