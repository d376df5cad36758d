/** Who reconnects when, and whether all that was sent is carried out, once. */
import type {
  Check,
  FailureParts,
  Learner,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { explainWaits, type Round } from './check/waits.ts';
import { openStation } from './check/station.ts';

const section = 'step 4 of the tutorial';
const many = 50; // clients

export default {
  starter: 'All reconnect at the same moment, after the same wait',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const first = data.whole(300, 900);
    const options = { first, longest: first * 4, steady: first * 20 };
    const given = { trial, learner, options };

    await trial.step('what is sent reaches the server', async () => {
      const crew = await assemble(given, 1);
      const text = data.line();
      await crew.send(text);
      await crew.mustBeDone([text], 'What is sent does not arrive');
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

      // They connect, and the connection breaks at once: that was no success.
      await crew.mustSettle('gone');
      line.break();
      await crew.round(options.longest);
      await crew.mustSettle('open');
      line.cut();
      await crew.mustSettle('gone');
      const again = await crew.round(options.longest);
      if (Math.max(...again.waits) <= first)
        trial.fail({
          title: 'Each open resets the count of failures',
          sent: `4 failures, then a connection that broke at once; ${many} clients`,
          expected: `waits up to longest, ${options.longest} ms: nothing has lasted ${options.steady} ms`,
          came: `none above first, ${first} ms`,
          note: 'a server that accepts and then crashes would be hammered',
          section,
        });
      explainWaits(trial, options, [again]);

      // And now it lasts.
      await crew.mustSettle('open');
      await crew.pass(options.steady);
      line.cut();
      await crew.mustSettle('gone');
      const good = await crew.round(first);
      // Seen a little late on a busy machine; the long ones are far above.
      if (Math.max(...good.waits) > first * 1.25)
        trial.fail({
          title: 'A lasting connection does not end the long waits',
          sent: `a connection that lasted ${options.steady} ms, then a cut`,
          expected: `waits up to first, ${first} ms`,
          came: `one of ${Math.round(Math.max(...good.waits))} ms`,
          section,
        });
      await crew.mustSettle('open');
      await crew.leave();
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

    await trial.step('a connection that breaks: nothing is lost', async () => {
      const crew = await assemble(given, 1);
      const { line } = crew.station;
      const seen = data.line();
      await crew.send(seen);
      await crew.mustBeDone([seen], 'What is sent does not arrive');
      await crew.mustHear(1);
      line.break('up:silence');
      const [lost, away, last] = [data.line(), data.line(), data.line()];
      await crew.send(lost);
      line.cut();
      line.break('joiner=wait:4ms', 'slicer=gap:1ms');
      await crew.mustSettle('gone');
      await crew.send(away);
      await crew.reconnect();
      await crew.send(last);
      await crew.mustBeDone(
        [seen, lost, away, last],
        'What was sent when the connection broke is lost',
        last,
      );
      crew.mustNotRepeat();
    });

    await trial.step(
      'an ack that is lost: nothing is carried out twice',
      async () => {
        const crew = await assemble(given, 1);
        const { station } = crew;
        const [seen, twice, last] = [data.line(), data.line(), data.line()];
        await crew.send(seen);
        await crew.mustBeDone([seen], 'What is sent does not arrive');
        await crew.mustHear(1);
        station.confirm(false);
        await crew.send(twice);
        await crew.mustBeDone([seen, twice], 'What is sent does not arrive');
        station.line.cut();
        await crew.mustSettle('gone');
        station.confirm(true);
        await crew.reconnect();
        await crew.send(last);
        await crew.mustBeDone(
          [seen, twice, last],
          'What was sent when the connection broke is lost',
          last,
        );
        crew.mustNotRepeat();
        if (station.messages.filter(({ text }) => text === twice).length < 2)
          trial.fail({
            title: 'What has no ack is not sent again',
            sent: `${JSON.stringify(twice)}; then a cut, and no ack`,
            expected: 'the same once more, with the same id',
            came: crew.received(),
            note: 'it may have been lost: nothing has confirmed it',
            section,
          });
      },
    );

    await trial.step(
      'fifty at once, and a server that comes and goes',
      async () => {
        const texts = [`<client> ${data.line()}`];
        const crew = await assemble(given, many, { texts });
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
        await crew.leave();
        await crew.mustSettle('gone');
        if (
          (await crew.pass(options.longest)).some((wait) => wait !== undefined)
        )
          trial.fail({
            title: 'It reconnects after its own close()',
            sent: `close(), then ${options.longest} ms`,
            expected: 'nothing more',
            came: 'another handshake',
            section,
          });
      },
    );
  },
} satisfies Check;

interface With {
  trial: CheckContext;
  learner: Learner;
  options: { first: number; longest: number; steady: number };
}

/** So many clients, and a server for them. They are open when it returns. */
async function assemble(
  { trial, learner, options }: With,
  size: number,
  { texts = [], faults }: { texts?: string[]; faults?: string[] } = {},
) {
  const station = await openStation(trial, faults);
  const { longest } = options;
  const threw = await learner.stage<string>(
    'start',
    station.url,
    size,
    options,
    texts,
  );
  if (threw === 'missing')
    trial.fail({
      title: 'The file exports no function connect',
      expected: 'export function connect({ url, first, longest, steady })',
    });
  mustNotThrow(threw, 'at the same moment as connect(), so while it connects');

  function mustNotThrow(error: string, when: string) {
    if (error === '') return;
    trial.fail({
      title: `send threw ${error.split(':')[0]}`,
      sent: `send(${JSON.stringify(texts[0] ?? '')}), ${when}`,
      expected: 'nothing is thrown: it waits until there is a connection',
      came: error,
      section,
    });
  }

  async function mustSettle(state: 'open' | 'gone') {
    const words = { open: 'connect', gone: 'notice that it is gone' };
    const parts = {
      title: `The clients do not ${words[state]}`,
      section,
    };
    const came = await trial.within(
      learner.stage<string>('settled', state),
      () => parts,
    );
    if (came !== state) trial.fail({ ...parts, came: `they are ${came}` });
  }

  const pass = (ms: number) =>
    learner.stage<(number | undefined)[]>('pass', ms);

  await mustSettle('open');
  const received = () =>
    station.messages.map(({ raw }) => raw).join(' ') || 'nothing';

  return {
    station,
    received,
    mustSettle,
    pass,
    leave: () => learner.stage('leave'),

    async send(text: string) {
      mustNotThrow(
        await learner.stage<string>('send', [text]),
        'when it was open before',
      );
    },

    /** So many messages of the server have come to each. */
    mustHear: (count: number) =>
      trial.within(learner.stage('heard', count), () => ({
        title: 'An ack does not arrive',
        section,
      })),

    /** All wait for as long as they may, and try. */
    async round(most: number): Promise<Round> {
      const waits = await pass(Math.min(most, longest));
      // Those that wait too long get more time, for the sake of the verdict.
      if (waits.includes(undefined))
        for (const [index, wait] of (await pass(longest * 2)).entries())
          waits[index] ??= wait;
      if (waits.includes(undefined))
        trial.fail({
          title: 'After a failure there is no other attempt',
          sent: `a connection that broke, then ${longest * 3} ms`,
          expected: 'another handshake of each client',
          came: `none of ${waits.filter((wait) => wait === undefined).length} of ${size} clients`,
          section,
        });
      return { most: Math.min(most, longest), waits: waits as number[] };
    },

    /** They try once more, and succeed. */
    async reconnect() {
      const waits = await pass(longest);
      if (waits.includes(undefined))
        trial.fail({
          title: 'After a cut nobody reconnects',
          sent: `a cut, then ${longest} ms`,
          expected: 'another handshake',
          came: 'nothing',
          section,
        });
      await mustSettle('open');
    },

    /** Exactly these texts are carried out for each client; `last` comes last. */
    async mustBeDone(wanted: string[], title: string, last?: string) {
      const clients = Array.from({ length: size }, (_one, index) => index);
      const of = (text: string, client: number) =>
        text.replace('<client>', String(client));
      const has = (text: string) =>
        clients.every((client) =>
          station.done(client).includes(of(text, client)),
        );
      const explain = (missing?: string): FailureParts => {
        // A reason that is better than "lost".
        clients.forEach(mustHaveIds);
        return parts(missing);
      };
      const parts = (missing?: string): FailureParts => ({
        title,
        sent: wanted.map((text) => JSON.stringify(text)).join(', '),
        expected: 'each of them carried out by the server',
        came: received(),
        note: missing && `missing: ${JSON.stringify(missing)}`,
        section,
      });
      if (last === undefined)
        await trial.within(
          station.until(() => wanted.every(has)),
          () => explain(wanted.find((text) => !has(text))),
        );
      else {
        await trial.within(
          station.until(() => has(last)),
          () => explain(last),
        );
        // What was sent before may come a little later: some send it last.
        const { length } = station.messages;
        if (!wanted.every(has))
          await trial.within(
            station.until(
              () => wanted.every(has) || station.messages.length > length + 9,
            ),
            () => explain(wanted.find((text) => !has(text))),
          );
      }
      for (const client of clients) {
        mustHaveIds(client);
        const done = station.done(client);
        for (const text of wanted) {
          const one = of(text, client);
          const times = done.filter((each) => each === one).length;
          if (times === 0) trial.fail(parts(one));
          if (times > 1) carriedOutTwice(client, one);
        }
      }
    },

    /** What had an ack is never sent again. */
    mustNotRepeat() {
      const again = station.messages.find(({ wasConfirmed }) => wasConfirmed);
      if (!again) return;
      trial.fail({
        title: 'What has an ack is sent again',
        sent: `{"ack":${JSON.stringify(again.id)}}, then a cut`,
        expected: 'only what has no ack',
        came: again.raw,
        at: 0,
        note: 'the server had carried it out, and confirmed it',
        section,
      });
    },
  };

  function carriedOutTwice(client: number, text: string): never {
    const both = station.messages.filter(
      (one) => one.client === client && one.text === text,
    );
    const raws = both.map(({ raw }) => raw);
    const hasIds = both.every(({ id }) => id !== undefined);
    return trial.fail({
      title: hasIds
        ? 'What is sent again has another id, and is carried out twice'
        : 'What is sent again has no id, and is carried out twice',
      sent: `send(${JSON.stringify(text)}), once; then the connection broke`,
      expected: 'the same id both times',
      came: raws.join(' '),
      at: raws[0]!.length + 1,
      note: 'to the server this is another message',
      section,
    });
  }

  /** No id is used for two texts. */
  function mustHaveIds(client: number) {
    const seen = new Map<unknown, string>();
    for (const { id, text, raw, client: who } of station.messages) {
      if (who !== client || id === undefined) continue;
      const before = seen.get(id) ?? raw;
      seen.set(id, before);
      if ((JSON.parse(before) as { text: unknown }).text === text) continue;
      trial.fail({
        title: 'Two messages have the same id',
        sent: 'two texts, one after the other',
        expected: 'an id for each: the server carries out each id once',
        came: `${before} ${raw}`,
        at: before.length + 1,
        note: 'this one is not carried out',
        section,
      });
    }
  }
}
