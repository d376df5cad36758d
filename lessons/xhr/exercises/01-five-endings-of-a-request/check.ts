/** Whether five endings of a request are told apart: RFC 9110, 15. */
import { createServer, type ServerResponse } from 'node:http';
import {
  type Check,
  type CheckContext,
  differsAt,
  Failure,
  type Learner,
  type Outcome,
  type TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import type { BoardRequest, Ending } from './exercise.ts';
import type { Outcomes } from './stage.ts';

const long = 3_600_000; // ms, by a clock that stands still
const glance = 50; // ms: so often one may look at the clock

/** What is told of a timeout that begins again. */
const again = {
  drips: 'Each piece of the body starts the timeout again',
  stalls: 'The headers and the body each get the whole timeout',
};

export default {
  starter: 'A board that is not modified ends in an error',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const station = await openStation(trial);
    const { connection } = station;
    const asks: Asks = new Asks(trial, learner, station);
    const board = () => ({ text: data.text('\r\n'), lines: [data.line()] });

    await trial.step('a board: ok', async () => {
      const tag = () => `W/"${data.word()}-${data.whole(1, 99)}"`;
      for (const [value, etag, known] of [
        [board(), `"${data.word()}"`],
        [board(), tag(), tag()],
        [board(), null, tag()],
        [null, tag()],
      ] as const) {
        const body = JSON.stringify(value);
        station.responds(200, body, etag === null ? {} : { ETag: etag });
        const sent = `${known ? `etag: ${known}; ` : ''}the response: 200, ${etag === null ? 'no ETag' : `ETag: ${etag}`}, ${body}`;
        const name = value === null ? 'A 200 with the JSON null' : 'A board';
        const wanted = { ending: 'ok', etag, board: value } as const;
        await asks.mustEnd(wanted, { sent, name, etag: known });
      }
    });

    await trial.step('a 304: not modified', async () => {
      const etag = `W/"${data.word()}-${data.whole(1, 99)}"`;
      station.responds(304, '', { ETag: etag });
      await asks.mustEnd(
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
      const page = () => `<!doctype html><h1>${data.line()}</h1>`;
      const json = () => JSON.stringify(board());
      for (const [status, body] of [
        [500, page()],
        [404, page()],
        [data.pick([502, 503, 429]), json()],
        [data.pick([401, 403]), ''],
        [data.pick([203, 206]), json()],
        [data.pick([201, 202, 207]), page()],
        [204, ''],
        [300, json()],
        // `fetch` sends a request again after a 421, and hides a 407.
        [data.whole(408, 420), json()],
        [data.whole(422, 499), page()],
        [data.whole(504, 599), json()],
      ] as const) {
        station.responds(status, body);
        await asks.mustEnd(
          { ending: 'error status', status },
          {
            sent: `the response: ${status}, ${body || 'without a body'}`,
            ...aboutStatus(status),
            tryIt: `curl -i ${trial.live}/nowhere`,
          },
        );
      }
    });

    await trial.step('no response: network error', async () => {
      const name = 'No response';
      const nobody = await unusedOrigin();
      const wanted = { ending: 'network error' } as const;
      await asks.mustEnd(wanted, {
        sent: 'a port at which nobody listens',
        name,
        origin: nobody,
      });
      connection.break('down');
      await asks.mustEnd(wanted, {
        sent: 'no server: the connection is cut',
        name,
      });
      connection.break();
      for (const begun of ['', 'HTTP/1.1 200 OK\r\nContent-Le'])
        for (const how of ['reset', 'closed']) {
          station.leaves(begun, how === 'reset');
          const sent = `${begun ? 'half a header section' : 'no byte'}; then the connection is ${how}`;
          await asks.mustEnd(wanted, { sent, name });
        }
    });

    await trial.step('half a response: network error, too', async () => {
      const text = JSON.stringify(board());
      for (const how of ['reset', 'closed'])
        for (const [body, rest, what] of [
          [text.slice(0, text.length / 2), text, 'half a board'],
          [text, ' ', 'all of a board but its last byte, a space'],
          [text, undefined, 'a board in chunks without the last chunk'],
        ] as const) {
          station.breaksOff(body, rest, how === 'reset');
          await asks.mustEnd(
            { ending: 'network error' },
            {
              sent: `a 200, ${what}; then the connection is ${how}`,
              name: 'A body that broke off',
              note: 'the end is missing: reading a body can fail, too',
              section: 'RFC 9112, 8',
            },
          );
        }
    });

    await trial.step('a 200 that is not JSON: network error', async () => {
      const text = JSON.stringify(board());
      for (const body of [
        `<!doctype html><title>${data.line()}</title>`,
        '',
        text.slice(0, -data.whole(1, 9)),
      ]) {
        station.responds(200, body, { ETag: `"${data.word()}"` });
        await asks.mustEnd(
          { ending: 'network error' },
          {
            sent: `the response: 200, ${body || 'with an empty body'}`,
            name: 'A 200 whose body is not JSON',
            note: 'a proxy may respond in place of the server',
          },
        );
      }
    });

    const section = 'step “How a request ends” of the tutorial';
    const timeout = { ending: 'timeout' } as const;

    await trial.step('silence: timeout', async () => {
      const timeoutMs = 10 * data.whole(2_000, 9_000);
      station.isSilent();
      const request = await asks.begin({ timeoutMs });
      const how = {
        sent: `timeoutMs: ${timeoutMs}; no response comes`,
        name: 'A timeout',
        note: 'the name of the error tells the two apart',
      };
      await request.mustGoOn(timeoutMs - 1, how);
      let outcome = await request.at(1);
      if (!outcome) {
        outcome = await request.after(60_000);
        return trial.fail({
          title: outcome ? 'The timeout comes too late' : 'No timeout comes',
          sent: how.sent,
          expected: `${JSON.stringify(timeout)} after ${timeoutMs} ms`,
          came: `nothing by then${outcome ? '' : ', nor a minute later'}`,
          section,
        });
      }
      judge(trial, timeout, outcome, how);
    });

    await trial.step('a slow response in time: ok', async () => {
      const timeoutMs = 10 * data.whole(200, 900);
      const value = board();
      const body = JSON.stringify(value);
      const etag = `"${data.word()}"`;
      const held = station.holds(body, { ETag: etag });
      const request = await asks.begin({ timeoutMs });
      const how = {
        sent: `timeoutMs: ${timeoutMs}; the last byte after ${0.9 * timeoutMs} ms`,
        name: 'A slow board',
      };
      await request.mustGoOn(0.5 * timeoutMs, how);
      held.sendsHalfACharacter();
      await trial.still();
      await request.mustGoOn(0.4 * timeoutMs, how);
      held.ends();
      const outcome = await request.now();
      if (!outcome)
        asks.neverReturns({ ending: 'ok', etag, board: value }, how);
      judge(trial, { ending: 'ok', etag, board: value }, outcome, how);
    });

    /** A body that is late in this way is a timeout, and at the right time. */
    const mustBeLate = async (late: 'stalls' | 'drips', begins: Begins) => {
      const timeoutMs = 10 * data.whole(200, 900);
      const when =
        late === 'stalls' ? `after ${0.6 * timeoutMs} ms` : 'at once';
      const how = {
        sent: `timeoutMs: ${timeoutMs}; a 200 ${when}, then a body that ${late}`,
        name: 'A body that comes too late',
        note: 'the headers came in time, the body did not',
        section,
        timeoutMs,
      };
      const held = station.holds(JSON.stringify(board()));
      const request = await asks.begin(how);
      const outcome = await begins(request, held, how);
      if (outcome) return judge(trial, timeout, outcome, how);
      const told = {
        sent: how.sent,
        expected: `${JSON.stringify(timeout)} after ${timeoutMs} ms`,
        section,
      };
      const later = await request.after(timeoutMs);
      if (later?.value?.ending === 'timeout')
        trial.fail({
          ...told,
          title: again[late],
          came: `${JSON.stringify(later.value)}, but later`,
          note: 'one timeout is for all of the response',
          at: 0,
        });
      if (later) return judge(trial, timeout, later, how);
      held.ends();
      const last = await request.now();
      const came = last ? JSON.stringify(last.value) : 'nothing';
      trial.fail({
        ...told,
        title:
          last?.value?.ending === 'timeout'
            ? 'The timeout is noticed only when more of the body comes'
            : 'The timeout does not cover the body',
        came: `nothing by then; when the body was complete: ${came}`,
        details: last?.error?.stack,
      });
    };

    await trial.step('a body that drips: timeout', async () => {
      await mustBeLate('drips', async (request, held, how) => {
        const timeoutMs = how.timeoutMs!;
        for (const part of [0.3, 0.3, 0.3]) {
          held.sends();
          await trial.still();
          await request.mustGoOn(timeoutMs * part, how);
        }
        return request.at(0.1 * timeoutMs);
      });
    });

    await trial.step('a body that stalls: timeout', async () => {
      await mustBeLate('stalls', async (request, held, how) => {
        const timeoutMs = how.timeoutMs!;
        await request.mustGoOn(0.6 * timeoutMs, how);
        held.sends();
        await trial.still();
        return request.at(0.4 * timeoutMs);
      });
    });

    await trial.step('several at once: each its own timeout', async () => {
      const timeoutMs = 10 * data.whole(200, 900);
      station.isSilent();
      const silent = await asks.begin({ timeoutMs });
      const value = board();
      const etag = `"${data.word()}"`;
      const held = station.holds(JSON.stringify(value), { ETag: etag });
      const slow = await asks.begin({ timeoutMs: 3 * timeoutMs });
      const sent = `a request with timeoutMs: ${timeoutMs} that gets no response; meanwhile another one, which is slow, and a third, which is quick`;
      const name = 'One of several requests';
      held.sends();
      const quick = board();
      station.responds(200, JSON.stringify(quick), { ETag: etag });
      await asks.mustEnd({ ending: 'ok', etag, board: quick }, { sent, name });
      const outcome = await silent.at(timeoutMs);
      if (!outcome)
        return trial.fail({
          title: 'A request that ends stops the timeout of another one',
          sent,
          expected: `${JSON.stringify(timeout)} after ${timeoutMs} ms`,
          came: 'nothing',
          section,
        });
      judge(trial, timeout, outcome, { sent, name });
      await slow.mustGoOn(0, { sent, name });
      held.ends();
      const ended = await slow.now();
      const wanted = { ending: 'ok', etag, board: value } as const;
      if (!ended) asks.neverReturns(wanted, { sent, name });
      judge(trial, wanted, ended, { sent, name });
      // What is left of it now could still throw.
      await learner.stage('pass', 3 * timeoutMs);
    });
  },
} satisfies Check;

interface How {
  /** What happened. */
  sent: string;
  etag?: string | undefined;
  /** Of another server than the station. */
  origin?: string;
  /** What the title of a failure speaks of. */
  name?: string;
  timeoutMs?: number;
  note?: string;
  section?: string;
  tryIt?: string;
}

function aboutStatus(status: number) {
  if (status < 300)
    return {
      name: 'A 2xx other than 200',
      note: 'only a 200 brings the whole board',
      section: `RFC 9110, 15.3`,
    };
  if (status < 400)
    return {
      name: 'A 3xx other than 304',
      note: 'only a 304 says that nothing has changed',
      section: 'RFC 9110, 15.4',
    };
  return {
    name: 'An error status',
    note: 'the server was reached, and said no',
    section: `RFC 9110, 15.${status < 500 ? 5 : 6}`,
  };
}

/** A request that goes on while the check moves the clock. */
class Asked {
  readonly #trial: CheckContext;
  readonly #learner: Learner;
  readonly #place: number;

  constructor(trial: CheckContext, learner: Learner, place: number) {
    this.#trial = trial;
    this.#learner = learner;
    this.#place = place;
  }

  /** How it has ended when so many ms have passed, if it has. */
  async after(ms: number): Promise<Outcome<Ending> | undefined> {
    const at = (outcomes: Outcomes) => outcomes[this.#place];
    const outcome = at(await this.#learner.stage('pass', ms));
    if (outcome) return outcome;
    await this.#trial.still();
    return at(await this.#learner.stage('pass', 0));
  }

  now() {
    return this.after(0);
  }

  /** The same; it may be late by so much as looking at a clock takes. */
  async at(ms: number) {
    return (await this.after(ms)) ?? this.after(glance);
  }

  /** So many ms pass, and it has not ended. */
  async mustGoOn(ms: number, how: How) {
    const outcomes = await this.#learner.stage<Outcomes>('pass', ms);
    const outcome = outcomes[this.#place];
    if (!outcome) return;
    const { value } = outcome;
    const title =
      value?.ending === 'timeout'
        ? 'The timeout comes too early'
        : `${how.name} ends before anything has happened`;
    this.#trial.fail({
      title,
      sent: how.sent,
      expected: 'no ending yet: there is time left',
      came: JSON.stringify(value ?? outcome.error?.message) ?? 'undefined',
      at: 0,
      details: outcome.error?.stack,
    });
  }
}

/** Calls the learner's function, each time with another URL. */
class Asks {
  readonly #trial: CheckContext;
  readonly #learner: Learner;
  readonly #station: Station;

  constructor(trial: CheckContext, learner: Learner, station: Station) {
    this.#trial = trial;
    this.#learner = learner;
    this.#station = station;
  }

  async mustEnd(wanted: Ending, how: How) {
    const { etag, origin } = how;
    const request = this.#request({ etag, origin, timeoutMs: long });
    let outcome: Outcome<Ending>;
    try {
      outcome = await this.#learner.attempt('requestBoard', request);
    } catch (error) {
      const isHang =
        error instanceof Failure &&
        error.parts.title.endsWith('come to an end');
      if (!isHang) throw error;
      return this.neverReturns(wanted, how);
    }
    judge(this.#trial, wanted, outcome, how);
    this.#mustBeOne(request.url, etag);
  }

  /** Resolves when the request has come. */
  async begin({ timeoutMs }: { timeoutMs: number }): Promise<Asked> {
    const trial = this.#trial;
    const arrived = this.#station.arrives();
    const request = this.#request({ timeoutMs });
    const place = await this.#learner.stage<number>('begin', request);
    await trial.within(arrived, () => ({
      title: 'No request is sent',
      sent: `requestBoard({ url: '${request.url}', timeoutMs: ${timeoutMs} })`,
      expected: 'a request',
      came: 'nothing',
    }));
    this.#mustBeOne(request.url, undefined);
    return new Asked(trial, this.#learner, place);
  }

  neverReturns(
    wanted: Ending,
    { sent, name = 'A board', section, tryIt }: How,
  ): never {
    this.#trial.fail({
      title: `${name}: requestBoard never returns`,
      sent,
      expected: JSON.stringify(wanted),
      came: 'nothing, although the response is over',
      section,
      tryIt,
    });
  }

  #request({ etag, origin, timeoutMs }: Asking): BoardRequest {
    const { data } = this.#trial;
    const path = `/board/${data.word()}?station=${data.word()}`;
    this.#station.asked = [];
    const url = `${origin ?? this.#station.connection.origin}${path}`;
    return { url, timeoutMs, ...(etag !== undefined && { etag }) };
  }

  /** One call sends one request, for this URL. */
  #mustBeOne(url: string, etag: string | undefined) {
    const trial = this.#trial;
    const { asked, named } = this.#station;
    const { pathname, search } = new URL(url);
    const target = `${pathname}${search}`;
    const other = asked.find((each) => each !== target);
    const sent = `requestBoard({ url: '${url}', … })`;
    const section = 'RFC 9110, 9.3.1';
    if (other !== undefined)
      trial.fail({
        title: 'Another URL is requested',
        sent,
        expected: `GET ${target}`,
        came: `GET ${other}`,
        at: differsAt(`GET ${other}`, `GET ${target}`),
        section,
      });
    if (asked.length > 1)
      trial.fail({
        title: 'One call sends several requests',
        sent,
        expected: 'one request, and how it ended',
        came: `${asked.length} requests`,
      });
    if (etag === undefined && asked.length > 0 && named !== undefined)
      trial.fail({
        title: 'The request names an ETag that it was not given',
        sent: `${sent}, without etag`,
        expected: 'no If-None-Match',
        came: `If-None-Match: ${named}`,
        at: 'If-None-Match: '.length,
        section: 'RFC 9110, 13.1.2',
      });
  }
}

type Asking = Omit<BoardRequest, 'url' | 'etag'> & {
  etag?: string | undefined;
  origin?: string | undefined;
};

function judge(
  trial: CheckContext,
  wanted: Ending,
  { value, error }: Outcome<Ending>,
  { sent, name = 'A board', ...parts }: How,
) {
  const expected = JSON.stringify(wanted);
  const { note, section, tryIt } = parts;
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
  const byteOf = (text: string) => {
    const at = came.indexOf(text);
    return at < 0 ? 0 : Buffer.byteLength(came.slice(0, at));
  };
  const returned = value?.ending;
  if (returned !== wanted.ending)
    trial.fail({
      title: `${name} is returned as ${returned ?? 'nothing at all'}`,
      ...all,
      came,
      at: byteOf(String(returned)),
      note,
    });
  for (const [key, part] of Object.entries(wanted)) {
    const found = (value as unknown as Record<string, unknown>)[key];
    const [text, right] = [JSON.stringify(found), JSON.stringify(part)];
    if (text === right) continue;
    const at = byteOf(`"${key}"`);
    trial.fail({
      ...all,
      ...aboutPart(name, key, text, right),
      came,
      at:
        found === undefined
          ? at
          : at + differsAt(`"${key}":${text}`, `"${key}":${right}`),
    });
  }
}

/** What is told of one part that is not as it should be. */
function aboutPart(name: string, key: string, text = '', right = '') {
  if (text.includes('\ufffd'))
    return {
      title: 'A character that was cut is broken',
      note: 'a cut may go through a character of several bytes',
    };
  const isMissing = text === '';
  const title = isMissing
    ? `${name} is returned without ${key}`
    : `${name} is returned with another ${key}`;
  return { title, note: right === 'null' ? 'null, if there is none' : 'this' };
}

type Station = Awaited<ReturnType<typeof openStation>>;
type Held = ReturnType<Station['holds']>;
/** Until its time is over; how it has ended then, if it has. */
type Begins = (
  request: Asked,
  held: Held,
  how: How,
) => Promise<Outcome<Ending> | undefined>;

/** A server that responds as it is told to, behind a tap. */
async function openStation(trial: CheckContext) {
  let named: string | undefined;
  let asked: string[] = [];
  let arrived = () => {};
  let respond: (response: ServerResponse) => void = (response) =>
    void response.end();
  const server = createServer((request, response) => {
    named = request.headers['if-none-match'];
    asked.push(request.url!);
    respond(response);
    arrived();
  });
  const { port } = await trial.listen(server);
  const connection: TappedConnection = await trial.line(port);

  return {
    connection,
    /** The ETag that the last request named. */
    get named() {
      return named;
    },
    /** The targets of the requests that came. */
    get asked() {
      return asked;
    },
    set asked(targets) {
      asked = targets;
    },
    /** Resolves when the next request has come. */
    arrives() {
      return new Promise<void>((resolve) => (arrived = resolve));
    },
    responds(status: number, body: string, headers: object = {}) {
      respond = (response) =>
        void response.writeHead(status, { ...headers }).end(body);
    },
    isSilent() {
      respond = () => {};
    },
    /** The connection ends, in place of a response or in the middle of it. */
    leaves(begun: string, reset: boolean) {
      respond = ({ socket }) =>
        void socket!.write(begun, () =>
          reset ? socket!.resetAndDestroy() : socket!.end(),
        );
    },
    /** The same in the middle of a body; without `rest`, of its chunks. */
    breaksOff(body: string, rest: string | undefined, reset: boolean) {
      respond = (response) => {
        const { socket } = response;
        const length = Buffer.byteLength(body) + Buffer.byteLength(rest ?? '');
        if (rest !== undefined) response.setHeader('Content-Length', length);
        response.write(body, () =>
          reset ? socket!.resetAndDestroy() : socket!.end(),
        );
      };
    },
    /** A body that comes when it is told to: all but its end may come before. */
    holds(body: string, headers: object = {}) {
      const bytes = Buffer.from(body);
      let held: ServerResponse;
      let sent = 0;
      respond = (response) => {
        held = response;
      };
      return {
        sends() {
          if (!held.headersSent) held.writeHead(200, { ...headers });
          // Behind the first brace, where a space changes nothing.
          held.write(sent === 0 ? bytes.subarray(0, 1) : ' ');
          sent = 1;
        },
        sendsHalfACharacter() {
          held.writeHead(200, { ...headers });
          sent = bytes.indexOf('ü') + 1;
          held.write(bytes.subarray(0, sent));
        },
        ends: () => void held.end(bytes.subarray(sent)),
      };
    },
  };
}

/** Where nobody listens. */
async function unusedOrigin(): Promise<string> {
  const server = createServer();
  const { origin } = await listen(server);
  await new Promise((done) => server.close(done));
  return origin;
}
