/** Both sides of "sent twice, done once": step 3 of the tutorial. */
import { createServer } from 'node:http';
import type {
  Check,
  FailureParts,
  Learner,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { send, type Answer } from './solution.ts';

const section = 'step “Sent twice, done once” of the tutorial';
/** Tries that are allowed. */
const tries = 4;
const noAnswer = 'A request gets no answer';
const letDown = 'Who comes while it is spoken gets no answer';

export default {
  starter: 'A try names no key',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    let named = 0;
    const newKey = () => `${data.word()}-${++named}`;
    // Not awaited at once where two overlap: so it fails only for who awaits.
    const post = (key: string, text: string, title = noAnswer) => {
      const isSecond = title === letDown;
      const answered = trial.within(send(url, { key, text }), (why) => ({
        title,
        sent: `${requestOf(key, text)}${isSecond ? ', while another with this key waits for its answer' : ''}`,
        expected: isSecond ? 'the answer that the first gets' : 'an answer',
        came: why.message,
        section,
        wire: server.seen('up'),
      }));
      answered.catch(() => {});
      return answered;
    };
    const server = await learner.serve();
    const url = `${server.origin}/announcements`;

    const opening = data.line();
    await trial.step('an announcement, spoken', async () => {
      const text = opening;
      const answer = await learner.call<Answer>('announce', url, text, {
        tries,
      });
      if (answer?.status === 201 && (await timesOf(learner, text)) === 1)
        return;
      trial.fail({
        title: 'An announcement is not spoken',
        sent: callOf(text),
        expected: 'a 201, and the text spoken once',
        came: `${JSON.stringify(answer)}, spoken ${await timesOf(learner, text)} times`,
        wire: server.seen('down'),
      });
    });

    // ---- The sender, before a station of ours that hears each try ----

    const station = await openStation(trial);

    await trial.step('all tries have one key', async () => {
      const text = data.line();
      station.say('reset', 'reset', 201);
      await learner.call('announce', station.url, text, { tries });
      const keys = station.heard.map(({ key }) => key);
      const sent = `${callOf(text)}; the first two answers are torn away`;
      if (keys.some((key) => !key))
        trial.fail({
          title: 'A try names no key',
          sent,
          expected: 'Idempotency-Key: …, in each request',
          came: shown(keys),
          section,
          wire: station.seen('up'),
        });
      if (new Set(keys).size > 1)
        trial.fail({
          title: 'Each try has a key of its own',
          sent,
          expected: 'the same key three times',
          came: shown(keys),
          section,
          wire: station.seen('up'),
        });
    });

    await trial.step('the same words, said anew, have another', async () => {
      const text = data.line();
      station.say(201, 201);
      await learner.call('announce', station.url, text, { tries });
      await learner.call('announce', station.url, text, { tries });
      const keys = station.heard.map(({ key }) => key);
      if (new Set(keys).size === 2) return;
      trial.fail({
        title: 'Two announcements have the same key',
        sent: `${callOf(text)}, twice`,
        expected: 'two keys: somebody wants it said twice',
        came: shown(keys),
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('so have many that begin in one moment', async () => {
      const texts = Array.from({ length: 20 }, () => data.line());
      station.say(201);
      await learner.stage('announceAll', station.url, texts, tries);
      const keys = station.heard.map(({ key }) => key);
      const again = keys.find((key, n) => keys.indexOf(key) < n);
      if (again === undefined) return;
      trial.fail({
        title: 'Two announcements have the same key',
        sent: `${callOf(texts[0]!)}, and ${texts.length - 1} others at once`,
        expected: `${texts.length} keys`,
        came: `${new Set(keys).size} keys; more than once: ${again}`,
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('and those of a sender that was restarted', async () => {
      // It does what the one before did first.
      const restarted = await trial.start();
      await restarted.attempt('announce', url, opening, { tries });
      await restarted.stop();
      const keys = await learner.stage<string[]>('keys');
      const both = [keys[0], keys.at(-1)];
      if (both[0] !== both[1]) return;
      trial.fail({
        title: 'After a restart the keys begin anew',
        sent: `${callOf(opening)}; a restart; the same call`,
        expected: 'two keys: the station still knows the first',
        came: shown(both),
        section,
        wire: server.seen('up'),
      });
    });

    await trial.step('a 503 is tried again', async () => {
      const text = data.line();
      station.say(503, 201);
      const answer = await learner.call<Answer>('announce', station.url, text, {
        tries,
      });
      if (answer?.status === 201) return;
      trial.fail({
        title: 'A 503 is taken for the last word',
        sent: `${callOf(text)}; a 503, then a 201`,
        expected: 'the 201 of the second try',
        came: JSON.stringify(answer) ?? 'undefined',
        section: 'RFC 9110 15.6.4',
        wire: station.seen('down'),
      });
    });

    await trial.step('a 400 is not', async () => {
      const text = data.line();
      station.say(400, 201);
      const { value, error } = await learner.attempt<Answer>(
        'announce',
        station.url,
        text,
        { tries },
      );
      const { length } = station.heard;
      if (length === 1 && value?.status === 400) return;
      trial.fail({
        title:
          length > 1
            ? 'A 400 is sent again'
            : 'The sender is not told of the 400',
        sent: `${callOf(text)}; a 400`,
        expected: 'one request, and the 400 as its answer',
        came: `${length} requests, ${error?.message ?? JSON.stringify(value)}`,
        section: 'RFC 9110 15.5.1',
        wire: station.seen('down'),
      });
    });

    await trial.step('not more often than it may', async () => {
      for (const say of ['reset', 503] as const) {
        const text = data.line();
        station.say(...Array.from({ length: tries }, () => say), 400);
        const { value, error } = await learner.attempt<Answer>(
          'announce',
          station.url,
          text,
          { tries },
        );
        const { length } = station.heard;
        const isTold = error || (say === 503 && value?.status === 503);
        if (length === tries && isTold) continue;
        trial.fail({
          title:
            length > tries
              ? 'It tries more often than it may'
              : length < tries
                ? 'It gives up too early'
                : 'It does not throw, and there was no answer',
          sent: `${callOf(text)}; ${say === 503 ? 'each time a 503' : 'each answer is torn away'}`,
          expected: `${tries} requests, and an error${say === 503 ? ', or the 503' : ''}`,
          came: `${length} requests, ${error?.message ?? JSON.stringify(value)}`,
          wire: station.seen('up'),
        });
      }
    });

    // ---- The loudspeaker, asked by us ----

    await trial.step('the same key again gets the same answer', async () => {
      const text = data.line();
      const key = newKey();
      const first = await post(key, text);
      const second = await post(key, text);
      await mustBeOnce(trial, learner, {
        title: 'It is spoken twice',
        text,
        sent: `${requestOf(key, text)}, twice`,
        answers: [first, second],
        wire: server.seen('down'),
      });
    });

    /** Two with one key: the second comes while the first is spoken. */
    const overlap = async (key: string, text: string) => {
      await learner.stage('hold', text);
      const first = post(key, text);
      await trial.within(learner.stage('begun', text, 1), () => ({
        title: 'An announcement is not spoken',
        sent: requestOf(key, text),
        wire: server.seen('up'),
      }));
      const second = post(key, text, letDown);
      await learner.stage('heard', key, 2);
      // Each of these is a turn of its loop: who speaks twice has begun by then.
      for (let n = 0; n < 50 && (await timesOf(learner, text)) < 2; n += 1);
      await learner.stage('release');
      return Promise.all([first, second]);
    };

    await trial.step('two at once, while it is spoken', async () => {
      const text = data.line();
      const key = newKey();
      await mustBeOnce(trial, learner, {
        title: 'Two at once are both spoken',
        text,
        sent: `${requestOf(key, text)}, twice at the same time`,
        answers: await overlap(key, text),
        wire: server.seen('down'),
      });
    });

    await trial.step('another key is another announcement', async () => {
      const text = data.line();
      await post(newKey(), text);
      await post(newKey(), text);
      const times = await timesOf(learner, text);
      if (times === 2) return;
      trial.fail({
        title: 'The same words are not said again',
        sent: `POST /announcements: ${text}, with two keys`,
        expected: 'spoken twice: somebody wants it said twice',
        came: `spoken ${times} times`,
        section,
        wire: server.seen('down'),
      });
    });

    await trial.step('what failed was not done', async () => {
      const text = data.line();
      const key = newKey();
      await learner.stage('failNext', 1);
      const first = await post(key, text);
      const second = await post(key, text);
      if (first.status >= 500 && second.status === 201) return;
      trial.fail({
        title: 'What failed counts as done',
        sent: `${requestOf(key, text)}, twice; the first time the amplifier is off`,
        expected: 'a 503, and then a 201',
        came: `${first.status} ${first.body}, and then ${second.status} ${second.body}`,
        section,
        wire: server.seen('down'),
      });
    });

    await trial.step('nobody waits for what has failed', async () => {
      await learner.stage('failNext', 1);
      await overlap(newKey(), data.line());
    });

    await trial.step('both sides, and a line that breaks', async () => {
      for (let round = 0; round < 3; round += 1) {
        const text = data.line();
        await learner.stage('hold', text);
        const asking = learner.attempt<Answer>('announce', url, text, {
          tries,
        });
        await trial.within(learner.stage('begun', text, 1), () => ({
          title: 'An announcement is not spoken',
          sent: callOf(text),
          wire: server.seen('up'),
        }));
        server.cut('rst');
        await learner.stage('release');
        const { value } = await asking;
        const times = await timesOf(learner, text);
        if (times === 1 && value?.status === 201) continue;
        trial.fail({
          title: 'A line that breaks has it spoken twice, or not at all',
          sent: `${callOf(text)}; while it is spoken, the line is torn down`,
          expected: 'a 201, and the text spoken once',
          came: `${JSON.stringify(value) ?? 'no answer'}, spoken ${times} times`,
          section,
          wire: server.seen('up'),
        });
      }
    });
  },
} satisfies Check;

const callOf = (text: string) =>
  `announce(url, ${JSON.stringify(text)}, { tries: ${tries} })`;
const requestOf = (key: string, text: string) =>
  `POST /announcements, Idempotency-Key: ${key}: ${text}`;
const shown = (keys: (string | undefined)[]) =>
  keys.map((key) => key ?? 'no key').join(', ');
const timesOf = (learner: Learner, text: string) =>
  learner.stage<number>('timesOf', text);

/** One of two requests was carried out, and both were told the same. */
async function mustBeOnce(
  trial: CheckContext,
  learner: Learner,
  {
    title,
    text,
    sent,
    answers: [first, second],
    wire,
  }: Pick<FailureParts, 'title' | 'wire'> & {
    text: string;
    sent: string;
    answers: [Answer, Answer];
  },
) {
  const times = await timesOf(learner, text);
  const told = [first, second].map((each) => `${each.status} ${each.body}`);
  if (times !== 1)
    trial.fail({
      title,
      sent,
      expected: 'spoken once',
      came: `spoken ${times} times; the answers: ${told.join(', then ')}`,
      section,
      wire,
    });
  if (told[0] === told[1]) return;
  trial.fail({
    title: 'The second gets another answer than the first',
    sent,
    expected: `${told[0]}, both times`,
    came: told.join(', then '),
    section,
    wire,
  });
}

type Say = number | 'reset';

/** A station that says what it is told to, behind a line. */
async function openStation(trial: CheckContext) {
  let next: Say[] = [];
  let heard: { key: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key'] as string | undefined;
    heard.push({ key });
    const say = next[Math.min(heard.length, next.length) - 1];
    // Only when the whole request is there: what was done nobody knows.
    request.resume().on('end', () => {
      if (say === 'reset') line.cut('rst');
      else response.writeHead(say!).end('as it was told to');
    });
  });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  return {
    url: `${line.origin}/announcements`,
    seen: line.seen,
    get heard() {
      return heard;
    },
    /** What it does with the next requests, one after the other. */
    say(...what: Say[]) {
      next = what;
      heard = [];
    },
  };
}
