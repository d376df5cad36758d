/** Both sides of "sent twice, done once": step 3 of the tutorial. */
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import {
  type Check,
  type CheckContext,
  differsAt,
  type FailureParts,
  type Learner,
  type Outcome,
  type Served,
} from '@on-the-wire/course/exercise/check.ts';
import { send, type SimpleResponse } from './solution.ts';

const section = 'step “Sent twice, done once” of the tutorial';
/** Tries that are allowed. */
const tries = 4;
/** Ways in which a try fails. */
const failures: Failure[] = ['reset', 'fin', 'half', 503];
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
    const post = (key: string, text: string, title = noResponse, to = url) => {
      const isSecond = title === letDown;
      const responded = trial.within(send(to, { key, text }), (why) => ({
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

    // ---- The sender, before a station of ours that notes each try ----

    const station = await openStation(trial);

    const announce = async (text: string, most: number) => {
      station.seal(undefined);
      const outcome = await learner.attempt<SimpleResponse>(
        'announce',
        station.url,
        text,
        { tries: most },
      );
      station.seal(callOf(text, most));
      return outcome;
    };
    const cameOf = ({ value, error }: Outcome<SimpleResponse>) =>
      `${station.heard.length} requests, ${error?.message ?? JSON.stringify(value)}`;

    const opening = data.line();
    await trial.step('all tries have one key', async () => {
      const text = opening;
      const first = data.whole(0, 3);
      const ways = failures.map((_way, n) => failures[(n + first) % 4]!);
      station.respond(...ways, 201);
      await announce(text, 6);
      const keys = station.heard.map(({ key }) => key);
      const sent = `${callOf(text, 6)}; ${ways.map(wordsOf).join(', ')}, then a 201`;
      const wire = station.seen('up');
      if (keys.some((key) => !key))
        trial.fail({
          title: 'A try names no key',
          sent,
          expected: 'Idempotency-Key: …, in each request',
          came: shown(keys),
          section,
          wire,
        });
      if (new Set(keys).size > 1)
        trial.fail({
          title: 'Each try has a key of its own',
          sent,
          expected: 'the same key in each request',
          came: shown(keys),
          section,
          wire,
        });
      const other = station.heard.find((each) => each.text !== text);
      if (other)
        trial.fail({
          title: 'A try has another text',
          sent,
          expected: text,
          came: other.text,
          at: differsAt(other.text, text),
          wire,
        });
    });

    await trial.step(
      'the same words, announced again, have another key',
      async () => {
        const text = data.line();
        station.respond(201, 201);
        await announce(text, tries);
        await announce(text, tries);
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
        // Each of them twice, one right after the other.
        const texts = Array.from({ length: 10 }, () => data.line()).flatMap(
          (text) => [text, text],
        );
        station.respond(201);
        await learner.stage('announceAll', station.url, texts, tries);
        const keys = station.heard.map(({ key }) => key);
        const again = keys.find((key, n) => keys.indexOf(key) < n);
        if (again === undefined) return;
        const isEqual = station.heard.every(
          ({ key, text }) =>
            station.heard.find((one) => one.key === key)!.text === text,
        );
        trial.fail({
          title: isEqual
            ? 'The same words in the same millisecond have the same key'
            : 'Two announcements have the same key',
          sent: `${callOf(texts[0]!)}, twice, and ${texts.length - 2} others in the same millisecond`,
          expected: `${texts.length} keys`,
          came: `${new Set(keys).size} keys; more than once: ${again}`,
          section,
          wire: station.seen('up'),
        });
      },
    );

    await trial.step('what failed is tried again', async () => {
      for (const way of failures) {
        const text = data.line();
        station.respond(way, 201);
        const outcome = await announce(text, tries);
        if (isTold(outcome, 201, station.body)) continue;
        trial.fail({
          title:
            way === 'half' && outcome.value?.status === 201
              ? 'Half a response is taken for a whole one'
              : way === 503
                ? 'A 503 is not retried'
                : 'A lost connection is not retried',
          sent: `${callOf(text, tries)}; ${wordsOf(way)}, then a 201`,
          expected: `2 requests, ${JSON.stringify({ status: 201, body: station.body })}`,
          came: cameOf(outcome),
          section: 'RFC 9110, 15.6.4',
          wire: station.seen('down'),
        });
      }
    });

    await trial.step('any other response is returned', async () => {
      const others = [200, 202, 404, 409, 422, 429, 501, data.whole(505, 599)];
      const codes = [400, 500, 502, 504, data.pick(others), data.pick(others)];
      for (const status of codes) {
        const text = data.line();
        station.respond(status, 201);
        const outcome = await announce(text, tries);
        const { length } = station.heard;
        if (length === 1 && isTold(outcome, status, station.body)) continue;
        trial.fail({
          title:
            length > 1
              ? 'A response other than a 503 is retried'
              : 'The sender is not told of a response',
          sent: `${callOf(text, tries)}; a ${status}`,
          expected: `1 request, ${JSON.stringify({ status, body: station.body })}`,
          came: cameOf(outcome),
          section,
          wire: station.seen('down'),
        });
      }
    });

    await trial.step('not more often than it may', async () => {
      for (const [n, last] of failures.entries()) {
        const text = data.line();
        const most = n === 0 ? 1 : data.whole(2, 5);
        // The one before the last is another one: it says nothing any more.
        const before = last === 503 ? ('reset' as const) : 503;
        const ways = Array.from({ length: most - 1 }, () => before);
        station.respond(...ways, last, 400);
        const outcome = await announce(text, most);
        const { length } = station.heard;
        const isEnd =
          last === 503 ? isTold(outcome, 503, station.body) : !!outcome.error;
        if (length === most && isEnd) continue;
        const ending =
          last === 503
            ? 'The last 503 is not returned'
            : 'It does not throw, and the last try got no response';
        trial.fail({
          title:
            length > most
              ? 'It tries more often than it may'
              : length < most
                ? 'It gives up too early'
                : ending,
          sent: `${callOf(text, most)}; ${ways.map((way) => `${wordsOf(way)}, `).join('')}then ${wordsOf(last)}`,
          expected: `${most} requests, and ${last === 503 ? 'the 503' : 'an error'}`,
          came: cameOf(outcome),
          section,
          wire: station.seen('up'),
        });
      }
    });

    // ---- The loudspeaker, with requests of ours ----

    // It takes a while, and nobody waits for it yet.
    const restarting = trial.start();
    restarting.catch(() => {});

    await trial.step('an announcement, spoken', async () => {
      const text = data.line();
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

    await trial.step('the same key again gets the same response', async () => {
      const text = data.line();
      const key = newKey();
      const first = await post(key, text);
      for (let n = 0; n < 2; n += 1)
        await mustBeOnce(trial, learner, {
          title: 'It is spoken twice',
          text,
          sent: `${requestOf(key, text)}, again and again`,
          responses: [first, await post(key, text)],
          wire: server.seen('down'),
        });
      const other = data.line();
      const third = await post(key, other);
      if ((await timesOf(learner, other)) === 0) return;
      trial.fail({
        title: 'One key is spoken twice, with two texts',
        sent: `${requestOf(key, text)}; then with the text ${other}`,
        expected: 'spoken once for each key: the first response, or a refusal',
        came: `${third.status} ${third.body}, spoken once more`,
        section,
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

    await trial.step('two in one turn of the event loop', async () => {
      // One read of the socket brings both.
      const quick = await learner.serve({}, { faults: [] });
      const text = data.line();
      const key = newKey();
      await mustBeOnce(trial, learner, {
        title: 'Two at once are both spoken',
        text,
        sent: `${requestOf(key, text)}, twice in one write`,
        responses: await postAtOnce(trial, quick, key, text),
        wire: quick.seen('down'),
      });
      // What one server has spoken, another has not.
      const other = data.line();
      await post(key, other);
      if ((await timesOf(learner, other)) === 1) return;
      trial.fail({
        title: 'A second server knows the keys of the first',
        sent: `${requestOf(key, other)}, to another server, for which it is new`,
        expected: 'spoken once',
        came: 'not spoken: createServer has made two, and they share their keys',
        section,
        wire: server.seen('down'),
      });
    });

    await trial.step('another key is another announcement', async () => {
      const key = `${newKey()}-a`;
      // An object that is taken for a map has some names from the start.
      const given = data.pick(['constructor', 'toString', 'valueOf']);
      const keys = [key, key.toUpperCase(), key.slice(0, -1), given];
      const text = data.line();
      for (const each of keys) await post(each, text);
      const times = await timesOf(learner, text);
      if (times === keys.length) return;
      trial.fail({
        title: 'The same words are not spoken again',
        sent: `POST /announcements: ${text}, with the keys ${keys.join(', ')}`,
        expected: `spoken ${keys.length} times: once for each key`,
        came: `spoken ${times} times`,
        section,
        wire: server.seen('down'),
      });
    });

    await trial.step('what failed was not done', async () => {
      const text = data.line();
      const key = newKey();
      const failing = data.whole(1, 3);
      await learner.stage('failNext', failing);
      const responses: SimpleResponse[] = [];
      for (let n = 0; n < failing + 2; n += 1)
        responses.push(await post(key, text));
      const times = await timesOf(learner, text);
      const told = responses.map(({ status }) => status);
      const isRight = told.every((status, n) =>
        n < failing ? status >= 500 : status === 201,
      );
      if (isRight && times === failing + 1) return;
      trial.fail({
        title: isRight
          ? 'After a failure the same key is spoken twice'
          : 'What failed counts as done',
        sent: `${requestOf(key, text)}, ${failing + 2} times; at first, ${failing} times, the amplifier is off`,
        expected: `${failing} times a 503, and then 201, spoken once`,
        came: `${told.join(', ')}; begun ${times} times`,
        section,
        wire: server.seen('down'),
      });
    });

    await trial.step('a request that waits is told of a failure', async () => {
      const text = data.line();
      const key = newKey();
      await learner.stage('failNext', 1);
      await overlap(key, text);
      const last = await post(key, text);
      if (last.status === 201) return;
      trial.fail({
        title: 'What failed counts as done',
        sent: `${requestOf(key, text)}, twice at once while the amplifier is off, and then again`,
        expected: '201',
        came: `${last.status} ${last.body}`,
        section,
        wire: server.seen('down'),
      });
    });

    await trial.step('no key: a 400', async () => {
      for (let n = 0; n < 2; n += 1) {
        const text = data.line();
        const response = await post('', text);
        const times = await timesOf(learner, text);
        if (response.status === 400 && times === 0) continue;
        trial.fail({
          title: 'A request without a key is not refused',
          sent: `POST /announcements, without Idempotency-Key: ${text}`,
          expected: '400, and nothing is spoken',
          came: `${response.status} ${response.body}, spoken ${times} times`,
          details:
            'serve() is given like this now, with a line for it:\n' +
            "if (!key) return void response.writeHead(400).end('Name a key.');",
          section,
          wire: server.seen('up'),
        });
      }
    });

    await trial.step('both sides, and a loudspeaker that fails', async () => {
      const text = data.line();
      await learner.stage('failNext', 2);
      const { value, error } = await learner.attempt<SimpleResponse>(
        'announce',
        url,
        text,
        { tries },
      );
      const times = await timesOf(learner, text);
      if (value?.status === 201 && times === 3) return;
      trial.fail({
        title: 'A failure of the loudspeaker is the end of an announcement',
        sent: `${callOf(text, tries)}; twice the amplifier is off`,
        expected: 'the third try is spoken, and gets a 201',
        came: `${error?.message ?? JSON.stringify(value)}, begun ${times} times`,
        section,
        wire: server.seen('up'),
      });
    });

    await trial.step('both sides, and a connection that is lost', async () => {
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
        server.cut(round === 1 ? 'fin' : 'rst');
        await learner.stage('release');
        const { value } = await announcing;
        const times = await timesOf(learner, text);
        if (times === 1 && value?.status === 201) continue;
        trial.fail({
          title: 'After a lost connection it is spoken twice, or not at all',
          sent: `${callOf(text)}; while it is spoken, the connection is lost`,
          expected: 'a 201, and the text spoken once',
          came: `${JSON.stringify(value) ?? 'no response'}, spoken ${times} times`,
          section,
          wire: server.seen('up'),
        });
      }
    });

    const restarted = await restarting;
    await trial.step('a sender that was restarted has other keys', async () => {
      // It does first what the one before did first.
      const [...before] = station.keys;
      station.respond(201);
      await restarted.attempt('announce', station.url, opening, { tries: 6 });
      const again = station.keys.at(-1);
      if (!before.includes(again)) return;
      trial.fail({
        title: 'After a restart the same keys come again',
        sent: `${callOf(opening, 6)}; a restart; the same call`,
        expected: 'another key: the station still knows the first',
        came: shown([before[0], again]),
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('the same key, an hour later', async () => {
      await restarted.stage('stop');
      const later = await restarted.serve();
      const text = data.line();
      const key = newKey();
      const to = `${later.origin}/announcements`;
      const first = await post(key, text, noResponse, to);
      await restarted.stage('pass', 3_600_000);
      await mustBeOnce(trial, restarted, {
        title: 'An hour later, the same key is spoken again',
        text,
        sent: `${requestOf(key, text)}; an hour later, again`,
        responses: [first, await post(key, text, noResponse, to)],
        wire: later.seen('down'),
      });
    });

    await trial.step('nothing more is sent', async () => {
      await trial.still();
      const [late] = station.late;
      if (late === undefined) return;
      trial.fail({
        title: 'It has ended, and sends another request',
        sent: late,
        expected: 'no request after its end',
        came: 'a POST',
        section,
        wire: station.seen('up'),
      });
    });
  },
} satisfies Check;

const callOf = (text: string, most = tries) =>
  `announce(url, ${JSON.stringify(text)}, { tries: ${most} })`;
const isTold = (
  { value }: Outcome<SimpleResponse>,
  status: number,
  body: string,
) => value?.status === status && value.body === body;
const wordsOf = (way: Response) =>
  typeof way === 'number'
    ? `a ${way}`
    : {
        reset: 'a reset',
        fin: 'the end of the connection (FIN), without a response',
        half: 'half a response, then the end of the connection (FIN)',
      }[way];
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

type Failure = 'reset' | 'fin' | 'half' | 503;
type Response = number | Failure;

/** A station that responds as it is told to, behind a tap. */
async function openStation(trial: CheckContext) {
  let next: Response[] = [];
  let heard: { key: string | undefined; text: string }[] = [];
  let sealed: string | undefined;
  let body = '';
  const late: string[] = [];
  const keys: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    if (sealed !== undefined) late.push(sealed);
    const key = request.headers['idempotency-key'] as string | undefined;
    const entry = { key, text: '' };
    heard.push(entry);
    keys.push(key);
    const way = next[Math.min(heard.length, next.length) - 1]!;
    // Only when the whole request has come: then nobody knows what was done.
    entry.text = await textOf(request);
    if (way === 'reset') return line.cut('rst');
    if (way === 'fin') return line.cut('fin');
    if (typeof way === 'number') return response.writeHead(way).end(body);
    response.writeHead(201, { 'Content-Length': body.length + 9 });
    return response.write(body, () => request.socket.end());
  });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  return {
    url: `${line.origin}/announcements`,
    seen: line.seen,
    /** Calls that sent something after their end. */
    late,
    /** The keys of all requests so far. */
    keys,
    get heard() {
      return heard;
    },
    /** What its responses say in this round. */
    get body() {
      return body;
    },
    /** Sets what it does with the next requests, one after the other. */
    respond(...what: Response[]) {
      next = what;
      heard = [];
      body = trial.data.word();
      sealed = undefined;
    },
    /** After this call no request may come; undefined for the next call. */
    seal: (call: string | undefined) => (sealed = call),
  };
}

/** Posts a text twice, in one write. */
function postAtOnce(
  trial: CheckContext,
  { port, seen }: Served,
  key: string,
  text: string,
): Promise<[SimpleResponse, SimpleResponse]> {
  const request = [
    'POST /announcements HTTP/1.1',
    'Host: station',
    `Idempotency-Key: ${key}`,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(text)}`,
    '',
    text,
  ].join('\r\n');
  const socket = connect(port, '127.0.0.1');
  trial.defer(() => socket.destroy());
  const response = /HTTP\/1\.1 (\d+) [^]*?\r\n\r\n([^]*?)(?=HTTP\/1\.1|$)/g;
  const responded = new Promise<[SimpleResponse, SimpleResponse]>(
    (resolve, reject) => {
      let all = '';
      const look = () => {
        const found = [...all.matchAll(response)].map(([, status, body]) => ({
          status: Number(status),
          body: body!,
        }));
        if (found.length === 2) resolve(found as [never, never]);
        else reject(new Error('the connection was closed'));
      };
      socket.on('error', reject).on('close', look);
      socket.setEncoding('utf8').on('data', (piece: string) => (all += piece));
    },
  );
  // The second one asks for the end of the connection: then all has come.
  const last = request.replace('Host:', 'Connection: close\r\nHost:');
  socket.write(`${request}${last}`);
  return trial.within(responded, (why) => ({
    title: 'A second request gets no response',
    sent: `${requestOf(key, text)}, twice in one write`,
    expected: 'two responses',
    came: why.message,
    section,
    wire: seen('up'),
  }));
}
