/** Both sides of "sent twice, done once": step 3 of the tutorial. */
import { createServer } from 'node:http';
import type {
  Check,
  FailureParts,
  Learner,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import { send, type SimpleResponse } from './solution.ts';

const section = 'step “Sent twice, done once” of the tutorial';
/** Tries that are allowed. */
const tries = 4;
const noResponse = 'A request gets no response';
const letDown = 'A second request gets no response';

export default {
  starter: 'A try names no key',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    let named = 0;
    const newKey = () => `${data.word()}-${++named}`;
    // Two may overlap, and are not awaited at once: each fails when awaited.
    const post = (key: string, text: string, title = noResponse) => {
      const isSecond = title === letDown;
      const responded = trial.within(send(url, { key, text }), (why) => ({
        title,
        sent: `${requestOf(key, text)}${isSecond ? ', while another with this key waits for its response' : ''}`,
        expected: isSecond ? 'the response that the first gets' : 'a response',
        came: why.message,
        section,
        wire: server.seen('up'),
      }));
      responded.catch(() => {});
      return responded;
    };
    const server = await learner.serve();
    const url = `${server.origin}/announcements`;

    const opening = data.line();
    await trial.step('an announcement, spoken', async () => {
      const text = opening;
      const response = await learner.call<SimpleResponse>(
        'announce',
        url,
        text,
        {
          tries,
        },
      );
      if (response?.status === 201 && (await timesOf(learner, text)) === 1)
        return;
      trial.fail({
        title: 'An announcement is not spoken',
        sent: callOf(text),
        expected: 'a 201, and the text spoken once',
        came: `${JSON.stringify(response)}, spoken ${await timesOf(learner, text)} times`,
        wire: server.seen('down'),
      });
    });

    // ---- The sender, before a station of ours that notes each try ----

    const station = await openStation(trial);

    await trial.step('all tries have one key', async () => {
      const text = data.line();
      station.respond('reset', 'reset', 201);
      await learner.call('announce', station.url, text, { tries });
      const keys = station.heard.map(({ key }) => key);
      const sent = `${callOf(text)}; the first two connections are reset before a response`;
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

    await trial.step(
      'the same words, announced again, have another key',
      async () => {
        const text = data.line();
        station.respond(201, 201);
        await learner.call('announce', station.url, text, { tries });
        await learner.call('announce', station.url, text, { tries });
        const keys = station.heard.map(({ key }) => key);
        if (new Set(keys).size === 2) return;
        trial.fail({
          title: 'Two announcements have the same key',
          sent: `${callOf(text)}, twice`,
          expected: 'two keys: somebody wants it announced twice',
          came: shown(keys),
          section,
          wire: station.seen('up'),
        });
      },
    );

    await trial.step(
      'many that begin in one moment have different keys',
      async () => {
        const texts = Array.from({ length: 20 }, () => data.line());
        station.respond(201);
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
      },
    );

    await trial.step(
      'so have those of a sender that was restarted',
      async () => {
        // It does first what the one before did first.
        const restarted = await trial.start();
        await restarted.attempt('announce', url, opening, { tries });
        await restarted.stop();
        const keys = await learner.stage<string[]>('keys');
        const both = [keys[0], keys.at(-1)];
        if (both[0] !== both[1]) return;
        trial.fail({
          title: 'After a restart the same keys come again',
          sent: `${callOf(opening)}; a restart; the same call`,
          expected: 'two keys: the station still knows the first',
          came: shown(both),
          section,
          wire: server.seen('up'),
        });
      },
    );

    await trial.step('a 503 is retried', async () => {
      const text = data.line();
      station.respond(503, 201);
      const response = await learner.call<SimpleResponse>(
        'announce',
        station.url,
        text,
        {
          tries,
        },
      );
      if (response?.status === 201) return;
      trial.fail({
        title: 'A 503 is not retried',
        sent: `${callOf(text)}; a 503, then a 201`,
        expected: 'the 201 of the second try',
        came: JSON.stringify(response) ?? 'undefined',
        section: 'RFC 9110, 15.6.4',
        wire: station.seen('down'),
      });
    });

    await trial.step('a 400 is not', async () => {
      const text = data.line();
      station.respond(400, 201);
      const { value, error } = await learner.attempt<SimpleResponse>(
        'announce',
        station.url,
        text,
        { tries },
      );
      const { length } = station.heard;
      if (length === 1 && value?.status === 400) return;
      trial.fail({
        title:
          length > 1 ? 'A 400 is retried' : 'The sender is not told of the 400',
        sent: `${callOf(text)}; a 400`,
        expected: 'one request, and the 400 as its response',
        came: `${length} requests, ${error?.message ?? JSON.stringify(value)}`,
        section: 'RFC 9110, 15.5.1',
        wire: station.seen('down'),
      });
    });

    await trial.step('not more often than it may', async () => {
      for (const way of ['reset', 503] as const) {
        const text = data.line();
        station.respond(...Array.from({ length: tries }, () => way), 400);
        const { value, error } = await learner.attempt<SimpleResponse>(
          'announce',
          station.url,
          text,
          { tries },
        );
        const { length } = station.heard;
        const isTold = error || (way === 503 && value?.status === 503);
        if (length === tries && isTold) continue;
        trial.fail({
          title:
            length > tries
              ? 'It tries more often than it may'
              : length < tries
                ? 'It gives up too early'
                : 'It does not throw, and there was no response',
          sent: `${callOf(text)}; ${way === 503 ? 'each time a 503' : 'each connection is reset before a response'}`,
          expected: `${tries} requests, and an error${way === 503 ? ', or the 503' : ''}`,
          came: `${length} requests, ${error?.message ?? JSON.stringify(value)}`,
          wire: station.seen('up'),
        });
      }
    });

    // ---- The loudspeaker, with requests of ours ----

    await trial.step('the same key again gets the same response', async () => {
      const text = data.line();
      const key = newKey();
      const first = await post(key, text);
      const second = await post(key, text);
      await mustBeOnce(trial, learner, {
        title: 'It is spoken twice',
        text,
        sent: `${requestOf(key, text)}, twice`,
        responses: [first, second],
        wire: server.seen('down'),
      });
    });

    /** Two with one key: the second comes while the first is being spoken. */
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
      // Each of these is a turn of its loop: a second speech has begun by then.
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
        responses: await overlap(key, text),
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
        title: 'The same words are not spoken again',
        sent: `POST /announcements: ${text}, with two keys`,
        expected: 'spoken twice: somebody wants it announced twice',
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

    await trial.step('a request that waits is told of a failure', async () => {
      await learner.stage('failNext', 1);
      await overlap(newKey(), data.line());
    });

    await trial.step('both sides, and a connection that is reset', async () => {
      for (let round = 0; round < 3; round += 1) {
        const text = data.line();
        await learner.stage('hold', text);
        const announcing = learner.attempt<SimpleResponse>(
          'announce',
          url,
          text,
          {
            tries,
          },
        );
        await trial.within(learner.stage('begun', text, 1), () => ({
          title: 'An announcement is not spoken',
          sent: callOf(text),
          wire: server.seen('up'),
        }));
        server.cut('rst');
        await learner.stage('release');
        const { value } = await announcing;
        const times = await timesOf(learner, text);
        if (times === 1 && value?.status === 201) continue;
        trial.fail({
          title: 'After a reset it is spoken twice, or not at all',
          sent: `${callOf(text)}; while it is spoken, the connection is reset`,
          expected: 'a 201, and the text spoken once',
          came: `${JSON.stringify(value) ?? 'no response'}, spoken ${times} times`,
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

/** One of two requests was carried out, and both got the same response. */
async function mustBeOnce(
  trial: CheckContext,
  learner: Learner,
  {
    title,
    text,
    sent,
    responses: [first, second],
    wire,
  }: Pick<FailureParts, 'title' | 'wire'> & {
    text: string;
    sent: string;
    responses: [SimpleResponse, SimpleResponse];
  },
) {
  const times = await timesOf(learner, text);
  const told = [first, second].map((each) => `${each.status} ${each.body}`);
  if (times !== 1)
    trial.fail({
      title,
      sent,
      expected: 'spoken once',
      came: `spoken ${times} times; the responses: ${told.join(', then ')}`,
      section,
      wire,
    });
  if (told[0] === told[1]) return;
  trial.fail({
    title: 'The second request gets another response',
    sent,
    expected: `${told[0]}, both times`,
    came: told.join(', then '),
    section,
    wire,
  });
}

type Response = number | 'reset';

/** A station that responds as it is told to, behind a tap. */
async function openStation(trial: CheckContext) {
  let next: Response[] = [];
  let heard: { key: string | undefined }[] = [];
  const server = createServer((request, response) => {
    const key = request.headers['idempotency-key'] as string | undefined;
    heard.push({ key });
    const way = next[Math.min(heard.length, next.length) - 1];
    // Only when the whole request has come: then nobody knows what was done.
    request.resume().on('end', () => {
      if (way === 'reset') line.cut('rst');
      else response.writeHead(way!).end('as it was told to');
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
    /** Sets what it does with the next requests, one after the other. */
    respond(...what: Response[]) {
      next = what;
      heard = [];
    },
  };
}
