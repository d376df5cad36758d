/** Some clients of the learner's, and a server for them. */
import type {
  CheckContext,
  FailureParts,
  Learner,
} from '@on-the-wire/course/exercise/check.ts';
import type { Tried } from '../stage.ts';
import { type Message, openStation } from './station.ts';
import type { Round } from './waits.ts';

export const section = 'step 4 of the tutorial';
export const many = 50; // clients

/** With what a crew is assembled. */
export interface Given {
  trial: CheckContext;
  learner: Learner;
  options: { first: number; longest: number; steady: number };
}

interface CrewOptions {
  /** What each sends at once. */
  texts?: string[];
  faults?: string[];
  /** The learner's file: half of them are of a second page. */
  file?: string;
  /** One of an earlier crew; otherwise it gets its own. */
  station?: Awaited<ReturnType<typeof openStation>>;
}

/** So many clients, and a server for them. They are open when it returns. */
export async function assemble(
  { trial, learner, options }: Given,
  size: number,
  { texts = [], faults, file, station: given }: CrewOptions = {},
) {
  const station = given ?? (await openStation(trial, faults));
  const { longest } = options;
  const clients = Array.from({ length: size }, (_one, index) => index);
  const args = [station.url, size, options, texts, file];
  const threw = await learner.stage<string>('start', ...args);
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

  async function mustSettle(
    state: 'open' | 'gone',
    otherwise: Partial<FailureParts> = {},
  ) {
    const words = { open: 'connect', gone: 'notice that it is gone' };
    const parts = {
      title: `The clients do not ${words[state]}`,
      section,
      ...otherwise,
    };
    const came = await trial.within(
      learner.stage<string>('settled', state),
      () => parts,
    );
    if (came !== state) trial.fail({ ...parts, came: `they are ${came}` });
    if (state === 'open' && station.open() > size)
      trial.fail({
        title: 'One client has several connections',
        sent: `${size} clients`,
        expected: 'one connection each',
        came: `${station.open()} connections`,
        section,
      });
  }

  /** A text as this client was given it: see stage.ts. */
  const of = (text: string, client: number) =>
    text.replace('<client>', String(client));
  /** All that they were given. */
  const all = [...texts];

  const pass = (ms: number) => learner.stage<Tried[]>('pass', ms);

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
      all.push(text);
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

    /**
     * All wait for as long as they may, and try, once.
     *
     * @param how the connection was lost
     */
    async round(most: number, how = 'a connection that broke'): Promise<Round> {
      const tried = await pass(Math.min(most, longest));
      const waits = tried.map(({ wait }) => wait);
      let attempts = tried.map((each) => each.attempts);
      // Those that wait too long get more time, for the sake of the verdict.
      if (waits.includes(undefined)) {
        const later = await pass(longest * 10);
        for (const [index, { wait }] of later.entries()) waits[index] ??= wait;
        attempts = attempts.map((made, at) =>
          Math.max(made, later[at]!.attempts),
        );
      }
      const missing = waits.filter((wait) => wait === undefined).length;
      if (missing > 0)
        trial.fail({
          title: 'After a failure there is no other attempt',
          sent: `${how}, then ${Math.min(most, longest) + longest * 10} ms`,
          expected: 'another handshake of each client',
          came: `none of ${missing} of ${size} clients`,
          section,
        });
      if (Math.max(...attempts) > 1)
        trial.fail({
          title: 'Several attempts follow one failure',
          sent: how,
          expected: 'one handshake of each client',
          came: `${Math.max(...attempts)} handshakes of one client`,
          note: 'do two events, such as error and close, both reconnect?',
          section,
        });
      return { most: Math.min(most, longest), waits: waits as number[] };
    },

    /** They try once more, and succeed. */
    async reconnect() {
      const tried = await pass(longest);
      if (tried.some(({ attempts }) => attempts === 0))
        trial.fail({
          title: 'After a cut nobody reconnects',
          sent: `a cut, then ${longest} ms`,
          expected: 'another handshake',
          came: 'nothing',
          section,
        });
      await mustSettle('open');
    },

    /** After close(): no attempt any more. */
    async mustBeOver(when: string) {
      const tried = await pass(longest * 2);
      const attempts = tried.reduce((sum, each) => sum + each.attempts, 0);
      if (attempts === 0) return;
      trial.fail({
        title: 'It reconnects after its own close()',
        sent: `close() while it was ${when}, then ${longest * 2} ms`,
        expected: 'nothing more',
        came: `${attempts} handshakes of ${size} clients`,
        section,
      });
    },

    /** Exactly these texts are carried out for each client; `last` comes last. */
    async mustBeDone(wanted: string[], title: string, last?: string) {
      const times = (text: string, client: number) =>
        station.done(client).filter((each) => each === of(text, client)).length;
      const sends = (text: string) =>
        wanted.filter((each) => each === text).length;
      const has = (text: string) =>
        clients.every((client) => times(text, client) >= sends(text));
      const explain = (missing?: string): FailureParts => {
        // Reasons that are better than "lost".
        mustBeItsOwn();
        mustHaveIds();
        return parts(missing);
      };
      const isTwice = (text?: string) =>
        text !== undefined && sends(text) > 1 && station.done(0).includes(text);
      const parts = (missing?: string): FailureParts => ({
        title: isTwice(missing)
          ? 'A text that is sent twice is carried out once'
          : title,
        sent: wanted.map((text) => JSON.stringify(text)).join(', '),
        expected: 'each of them carried out by the server',
        came: received(),
        note:
          missing === undefined ? '' : `missing: ${JSON.stringify(missing)}`,
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
        const more = size * wanted.length;
        if (!wanted.every(has))
          await trial.within(
            station.until(
              () =>
                wanted.every(has) || station.messages.length > length + more,
            ),
            () => explain(wanted.find((text) => !has(text))),
          );
      }
      mustBeItsOwn();
      mustHaveIds();
      for (const client of clients)
        for (const text of wanted) {
          const done = times(text, client);
          if (done < sends(text)) trial.fail(parts(of(text, client)));
          if (done > sends(text)) carriedOutTwice(client, of(text, client));
        }
    },

    /** On the newest connection, all of these have come once more. */
    async mustBeSentAgain(wanted: string[]) {
      const connection = station.newest(0);
      const again = (text: string) =>
        station.messages.some(
          (one) => one.text === text && one.connection === connection,
        );
      await trial.within(
        station.until(() => wanted.every(again)),
        () => {
          mustBeItsOwn();
          mustHaveIds();
          const missing = wanted.find((text) => !again(text));
          const came = station.messages.some(({ text }) => text === missing);
          return {
            title: !came
              ? 'What was sent when the connection broke is lost'
              : connection > 2
                ? 'What has no ack is not sent again at every connection'
                : 'What has no ack is not sent again',
            sent: `${JSON.stringify(missing)}; then a cut, and no ack`,
            expected: 'the same once more, with the same id',
            came: received(),
            note: 'it may have been lost: nothing has confirmed it',
            section,
          };
        },
      );
    },

    /** What had an ack is never sent again. */
    mustNotRepeat(title = 'What has an ack is sent again') {
      const again = station.messages.find(({ wasConfirmed }) => wasConfirmed);
      if (!again) return;
      trial.fail({
        title,
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
      at: Buffer.byteLength(raws[0]!) + 1,
      note: 'to the server this is another message',
      section,
    });
  }

  /** Each sends nothing but what it was given. */
  function mustBeItsOwn() {
    const other = station.messages.find(
      ({ client, text }) =>
        typeof text === 'string' &&
        !all.some((one) => of(one, client) === text),
    );
    if (!other) return;
    trial.fail({
      title: 'A client sends what it was not given',
      sent: all.map((text) => JSON.stringify(text)).join(', '),
      expected: 'these texts, each from the client that it was given to',
      came: `client ${other.client}: ${other.raw}`,
      note: 'are the texts of all clients kept together?',
      section,
    });
  }

  /** No id is used for two texts, whoever sends them. */
  function mustHaveIds() {
    const seen = new Map<unknown, Message>();
    for (const one of station.messages) {
      if (one.id === undefined) continue;
      const before = seen.get(one.id);
      if (!before) seen.set(one.id, one);
      if (!before || (before.text === one.text && before.client === one.client))
        continue;
      const isShared = before.client !== one.client;
      trial.fail({
        title: isShared
          ? 'Two clients use the same id'
          : 'Two messages have the same id',
        sent: isShared
          ? `a text each of client ${before.client} and client ${one.client}`
          : 'two texts, one after the other',
        expected: 'an id for each: the server carries out each id once',
        came: `${before.raw} ${one.raw}`,
        at: Buffer.byteLength(before.raw) + 1,
        note: 'this one is not carried out',
        section,
      });
    }
  }
}
