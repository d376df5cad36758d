/** Whether five endings of a request are told apart: RFC 9110, 15. */
import { createServer, type ServerResponse } from 'node:http';
import type {
  Check,
  Learner,
  TappedConnection,
  Outcome,
  CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { BoardRequest, Ending } from './exercise.ts';

const timeoutMs = 250;
const drop = 20; // ms between two drops of a body
const long = 3_600_000; // ms: this timeout never ends

export default {
  starter: 'A board that is not modified ends in an error',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const { station, connection } = await openStation(trial);
    const mustEnd = (wanted: Ending, how: How) =>
      mustEndSo(trial, learner, connection, wanted, how);

    await trial.step('a board: ok', async () => {
      for (const etag of [`"${data.word()}"`, `W/"${data.word()}-7"`]) {
        const board = { text: data.text('\r\n'), lines: [data.line()] };
        station.responds(200, JSON.stringify(board), { ETag: etag });
        const sent = `the response: 200, ETag: ${etag}`;
        await mustEnd({ ending: 'ok', board, etag }, { sent });
      }
    });

    await trial.step('a 304: not modified', async () => {
      const etag = `W/"${data.word()}-${data.whole(1, 99)}"`;
      station.responds(304, '', { ETag: etag });
      await mustEnd(
        { ending: 'not modified' },
        {
          etag,
          sent: `If-None-Match: ${etag}; the response: 304, without a body`,
          name: 'A board that is not modified',
          note: 'a 304 is no failure, and has no body to parse',
          section: 'RFC 9110, 15.4.5',
          tryIt: `curl -i -H 'If-None-Match: *' ${trial.live}/board`,
        },
      );
      if (station.named === etag) return;
      trial.fail({
        title: 'The request does not name the ETag',
        expected: `If-None-Match: ${etag}`,
        came: station.named
          ? `If-None-Match: ${station.named}`
          : 'no such header',
        section: 'RFC 9110, 13.1.2',
      });
    });

    await trial.step('any other response: error status', async () => {
      const page = `<!doctype html><h1>${data.line()}</h1>`;
      const board = JSON.stringify({ text: data.line() });
      for (const [status, body] of [
        [500, page],
        [404, page],
        [data.pick([502, 503, 429]), board],
        [data.pick([401, 403]), ''],
      ] as const) {
        station.responds(status, body);
        await mustEnd(
          { ending: 'error status', status },
          {
            sent: `the response: ${status}, ${body || 'without a body'}`,
            name: 'An error status',
            note: 'the server was reached, and said no',
            section: `RFC 9110, 15.${String(status)[0] === '5' ? 6 : 5}`,
            tryIt: `curl -i ${trial.live}/nowhere`,
          },
        );
      }
    });

    await trial.step('no response: network error', async () => {
      connection.break('down');
      await mustEnd(
        { ending: 'network error' },
        { sent: 'no server: the connection is cut', name: 'No response' },
      );
      connection.break();
    });

    await trial.step('half a response: network error, too', async () => {
      const board = JSON.stringify({ text: data.text('\n') });
      for (const how of ['reset', 'closed']) {
        station.breaksOff(board, how === 'reset');
        await mustEnd(
          { ending: 'network error' },
          {
            sent: `a 200, half a board; then the connection is ${how}`,
            name: 'A body that broke off',
            note: 'reading the body can fail as well',
            section: 'RFC 9112, 8',
          },
        );
      }
    });

    await trial.step('silence: timeout', async () => {
      const name = 'A timeout';
      const sent = `timeoutMs: ${timeoutMs}; no response comes`;
      connection.break('down:silence');
      const note = 'the name of the error tells the two apart';
      await mustEnd({ ending: 'timeout' }, { sent, name, note, timeoutMs });
      connection.break();
    });

    await trial.step('a body that stalls: timeout', async () => {
      const board = () => JSON.stringify({ text: data.line() });
      const lateBody = (how: string, most: number) => ({
        sent: `timeoutMs: ${most}; a 200 at once, then a body that ${how}`,
        name: 'A body that comes too late',
        ok: `The timeout does not cover a body that ${how}`,
        note: 'the headers came in time, the body did not',
        section: 'step “How a request ends” of the tutorial',
        timeoutMs: most,
      });
      station.stalls(board());
      // A request that still waits when no timer runs gets the rest.
      const ended = mustEnd(
        { ending: 'timeout' },
        lateBody('stalls', timeoutMs),
      );
      await Promise.race([ended, trial.still()]);
      station.goesOn();
      await ended;

      // A timer that every drop restarts looks like one that goes on, if this
      // machine was late: then we try again, with everything twice as long.
      for (let most = 2 * timeoutMs; ; most *= 2) {
        await learner.stage('watch');
        station.drips(board(), 2 * most);
        const outcome = await outcomeOf(learner, connection, {
          timeoutMs: most,
        });
        const late = Math.max(await learner.stage('longest'), station.longest);
        if (late > most / 2) continue;
        judge(trial, { ending: 'timeout' }, outcome, lateBody('drips', most));
        break;
      }
    });
  },
} satisfies Check;

interface How {
  /** What happened. */
  sent: string;
  etag?: string;
  timeoutMs?: number;
  /** What the title of a failure speaks of. */
  name?: string;
  /** The title of the failure if it is returned as ok. */
  ok?: string;
  note?: string;
  section?: string;
  tryIt?: string;
}

async function mustEndSo(
  trial: CheckContext,
  learner: Learner,
  connection: TappedConnection,
  wanted: Ending,
  how: How,
) {
  judge(trial, wanted, await outcomeOf(learner, connection, how), how);
}

function outcomeOf(
  learner: Learner,
  connection: TappedConnection,
  how: Pick<How, 'etag' | 'timeoutMs'>,
) {
  const request: BoardRequest = {
    url: `${connection.origin}/board`,
    timeoutMs: long,
    ...how,
  };
  return learner.attempt<Ending>('requestBoard', request);
}

function judge(
  trial: CheckContext,
  wanted: Ending,
  { value, error }: Outcome<Ending>,
  { sent, name = 'A board', ...parts }: How,
) {
  const expected = JSON.stringify(wanted);
  const { note, section, tryIt, ok } = parts;
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
  const returned = value?.ending;
  if (returned !== wanted.ending)
    trial.fail({
      title:
        (returned === 'ok' && ok) ||
        `${name} is returned as ${returned ?? 'nothing at all'}`,
      ...all,
      came,
      at: Math.max(0, came.indexOf(String(returned))),
      note,
    });
  for (const [key, part] of Object.entries(wanted)) {
    const found = (value as unknown as Record<string, unknown>)[key];
    if (JSON.stringify(found) === JSON.stringify(part)) continue;
    const at = Math.max(0, came.indexOf(`"${key}"`));
    const title = `${name} is returned with another ${key}`;
    trial.fail({ title, ...all, came, at, note: 'this' });
  }
}

/** A server that responds as it is told to, behind a tap. */
async function openStation(trial: CheckContext) {
  let named: string | undefined;
  let respond = (response: ServerResponse) => void response.end();
  let rest = () => {};
  let longest = 0;
  const server = createServer((request, response) => {
    named = request.headers['if-none-match'];
    respond(response);
  });
  const { port } = await trial.listen(server);

  const station = {
    /** The ETag that the last request named. */
    get named() {
      return named;
    },
    responds(status: number, body: string, headers: object = {}) {
      respond = (response) =>
        void response.writeHead(status, { ...headers }).end(body);
    },
    breaksOff(body: string, reset: boolean) {
      respond = (response) => {
        const { socket } = response;
        const length = Buffer.byteLength(body);
        response.writeHead(200, { 'Content-Length': length });
        response.write(body.slice(0, body.length / 2), () =>
          reset ? socket!.resetAndDestroy() : socket!.end(),
        );
      };
    },
    /** The rest of the body does not come before `goesOn`. */
    stalls(body: string) {
      respond = (response) => {
        // Behind the first brace, where a space changes nothing.
        response.write(body.slice(0, 1));
        rest = () => response.end(body.slice(1));
      };
    },
    goesOn() {
      rest();
    },
    /** The body drips for so many ms; then the rest comes at once. */
    drips(body: string, ms: number) {
      longest = 0;
      respond = (response) => {
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
    /** The longest pause between two drops of the last such body, in ms. */
    get longest() {
      return longest;
    },
  };
  return { station, connection: await trial.line(port) };
}
