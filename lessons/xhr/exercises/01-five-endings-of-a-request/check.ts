/** Whether a request's five endings are told apart: RFC 9110, section 15. */
import { createServer, type ServerResponse } from 'node:http';
import type {
  Check,
  Learner,
  TappedConnection,
  Outcome,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { Ending, Question } from './exercise.ts';

const limit = 250; // ms
const drop = 20; // ms between two drops of a body
const long = 3_600_000; // ms: nothing here is meant to be too late

export default {
  starter: 'An unchanged board ends in an error',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const { station, line } = await openStation(trial);
    const mustEnd = (wanted: Ending, how: How) =>
      mustEndSo(trial, learner, line, wanted, how);

    await trial.step('a board: fresh', async () => {
      for (const tag of [`"${data.word()}"`, `W/"${data.word()}-7"`]) {
        const board = { text: data.text('\r\n'), lines: [data.line()] };
        station.answers(200, JSON.stringify(board), { ETag: tag });
        const sent = `the answer: 200, ETag: ${tag}`;
        await mustEnd({ ending: 'fresh', board, tag }, { sent });
      }
    });

    await trial.step('a 304: unchanged', async () => {
      const tag = `W/"${data.word()}-${data.whole(1, 99)}"`;
      station.answers(304, '', { ETag: tag });
      await mustEnd(
        { ending: 'unchanged' },
        {
          tag,
          sent: `If-None-Match: ${tag}; the answer: 304, without a body`,
          name: 'An unchanged board',
          note: 'a 304 is no failure, and has nothing to parse',
          section: 'RFC 9110 15.4.5',
          tryIt: `curl -i -H 'If-None-Match: *' ${trial.live}/board`,
        },
      );
      if (station.named === tag) return;
      trial.fail({
        title: 'The request does not name the tag',
        expected: `If-None-Match: ${tag}`,
        came: station.named
          ? `If-None-Match: ${station.named}`
          : 'no such line',
        section: 'RFC 9110 13.1.2',
      });
    });

    await trial.step('any other answer: refused', async () => {
      const page = `<!doctype html><h1>${data.line()}</h1>`;
      const board = JSON.stringify({ text: data.line() });
      for (const [status, body] of [
        [500, page],
        [404, page],
        [data.pick([502, 503, 429]), board],
        [data.pick([401, 403]), ''],
      ] as const) {
        station.answers(status, body);
        await mustEnd(
          { ending: 'refused', status },
          {
            sent: `the answer: ${status}, ${body || 'without a body'}`,
            name: 'A refusal',
            note: 'somebody was there, and said no',
            section: `RFC 9110 15.${String(status)[0] === '5' ? 6 : 5}`,
            tryIt: `curl -i ${trial.live}/nowhere`,
          },
        );
      }
    });

    await trial.step('no answer: unreachable', async () => {
      line.break('down');
      await mustEnd(
        { ending: 'unreachable' },
        { sent: 'nobody there: the connection is cut', name: 'No answer' },
      );
      line.break();
    });

    await trial.step('half an answer: unreachable, too', async () => {
      const board = JSON.stringify({ text: data.text('\n') });
      for (const how of ['reset', 'closed']) {
        station.breaksOff(board, how === 'reset');
        await mustEnd(
          { ending: 'unreachable' },
          {
            sent: `a 200, half a board; then the connection is ${how}`,
            name: 'A body that broke off',
            note: 'reading the body can fail as well',
            section: 'RFC 9112 8',
          },
        );
      }
    });

    await trial.step('silence: too late', async () => {
      const name = 'An answer that is too late';
      const sent = `limit: ${limit}; no answer comes`;
      line.break('down:silence');
      const note = 'the name of the error tells the two apart';
      await mustEnd({ ending: 'too late' }, { sent, name, note, limit });
      line.break();
    });

    await trial.step('a body that stalls: too late', async () => {
      const board = () => JSON.stringify({ text: data.line() });
      const lateBody = (how: string, most: number) => ({
        sent: `limit: ${most}; a 200 at once, its body ${how}`,
        name: 'A body that is too late',
        fresh: `A body that ${how} is waited for`,
        note: 'the head came in time, its body did not',
        section: 'step “How a request ends” of the tutorial',
        limit: most,
      });
      station.stalls(board());
      // A request that still waits when no timer runs gets the rest.
      const ended = mustEnd({ ending: 'too late' }, lateBody('stalls', limit));
      await Promise.race([ended, trial.still()]);
      station.goesOn();
      await ended;

      // Only a run in which nobody was late tells a clock that is renewed with
      // each drop from one that is not: until then, all take twice as long.
      for (let most = 2 * limit; ; most *= 2) {
        await learner.stage('watch');
        station.drips(board(), 2 * most);
        const outcome = await answerOf(learner, line, { limit: most });
        const late = Math.max(await learner.stage('longest'), station.longest);
        if (late > most / 2) continue;
        judge(trial, { ending: 'too late' }, outcome, lateBody('drips', most));
        break;
      }
    });
  },
} satisfies Check;

interface How {
  /** What happened. */
  sent: string;
  tag?: string;
  limit?: number;
  /** What has been told wrongly, where it is. */
  name?: string;
  /** The title, where it is told as fresh. */
  fresh?: string;
  note?: string;
  section?: string;
  tryIt?: string;
}

async function mustEndSo(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
  wanted: Ending,
  how: How,
) {
  judge(trial, wanted, await answerOf(learner, line, how), how);
}

function answerOf(
  learner: Learner,
  line: TappedConnection,
  { tag, limit: most = long }: Pick<How, 'tag' | 'limit'>,
) {
  const question: Question = {
    url: `${line.origin}/board`,
    limit: most,
    ...(tag !== undefined && { tag }),
  };
  return learner.attempt<Ending>('ask', question);
}

function judge(
  trial: CheckContext,
  wanted: Ending,
  { value, error }: Outcome<Ending>,
  { sent, name = 'A board', ...parts }: How,
) {
  const expected = JSON.stringify(wanted);
  const { note, section, tryIt, fresh } = parts;
  const all = { sent, expected, section, tryIt };
  if (error)
    trial.fail({
      title: `${name} ends in an error`,
      ...all,
      came: `${error.name}: ${error.message}`,
      note,
      details: error.stack,
    });
  const came = JSON.stringify(value) ?? 'undefined';
  const told = value?.ending;
  if (told !== wanted.ending)
    trial.fail({
      title:
        (told === 'fresh' && fresh) ||
        `${name} is told as ${told ?? 'nothing at all'}`,
      ...all,
      came,
      at: Math.max(0, came.indexOf(String(told))),
      note,
    });
  for (const [key, part] of Object.entries(wanted)) {
    const found = (value as unknown as Record<string, unknown>)[key];
    if (JSON.stringify(found) === JSON.stringify(part)) continue;
    const at = Math.max(0, came.indexOf(`"${key}"`));
    const title = `${name} is told with another ${key}`;
    trial.fail({ title, ...all, came, at, note: 'this' });
  }
}

/** A server that answers as it is told to, behind a line. */
async function openStation(trial: CheckContext) {
  let named: string | undefined;
  let answer = (response: ServerResponse) => void response.end();
  let rest = () => {};
  let longest = 0;
  const server = createServer((request, response) => {
    named = request.headers['if-none-match'];
    answer(response);
  });
  const { port } = await trial.listen(server);

  const station = {
    /** The tag that the last request named. */
    get named() {
      return named;
    },
    answers(status: number, body: string, headers: object = {}) {
      answer = (response) =>
        void response.writeHead(status, { ...headers }).end(body);
    },
    breaksOff(body: string, reset: boolean) {
      answer = (response) => {
        const { socket } = response;
        const length = Buffer.byteLength(body);
        response.writeHead(200, { 'Content-Length': length });
        response.write(body.slice(0, body.length / 2), () =>
          reset ? socket!.resetAndDestroy() : socket!.end(),
        );
      };
    },
    /** The body comes but for its end, until `goesOn`. */
    stalls(body: string) {
      answer = (response) => {
        // Behind the first brace, where a space changes nothing.
        response.write(body.slice(0, 1));
        rest = () => response.end(body.slice(1));
      };
    },
    goesOn() {
      rest();
    },
    /** The body comes whole in the end: after so many ms in which it drips. */
    drips(body: string, ms: number) {
      longest = 0;
      answer = (response) => {
        response.write(body.slice(0, 1));
        const began = performance.now();
        let last = began;
        const drip = setInterval(() => {
          const now = performance.now();
          longest = Math.max(longest, now - last);
          last = now;
          if (now - began < ms) response.write(' ');
          else response.end(body.slice(1));
        }, drop);
        response.on('close', () => clearInterval(drip));
      };
    },
    /** ms between two drops at most, of the last body that dripped. */
    get longest() {
      return longest;
    },
  };
  return { station, line: await trial.line(port) };
}
