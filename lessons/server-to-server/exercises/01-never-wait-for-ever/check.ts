/** A request has an end in every phase: step 2 of the tutorial. */
import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  type Check,
  differsAt,
  type Learner,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { RequestOptions } from './exercise.ts';
import type { Outcome } from './stage.ts';

const section = 'step “Wait, but not for ever” of the tutorial';
/** ms, on the stopped clock, by which it may end sooner or later than asked. */
const margin = 100;

export default {
  starter: 'It waits for headers that never come',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const station = await openStation(trial);
    const begin = callsOf(trial, learner, station);
    const long = () => data.whole(30, 900) * 100;
    // `fetch` gives up a connection after 10 s.
    const short = () => data.whole(30, 90) * 100;
    const failures = ['reset', 'half', 503] as const;

    await trial.step('a response, after failures', async () => {
      const first = data.whole(0, 2);
      const ways = failures.map((_way, n) => failures[(n + first) % 3]!);
      const status = data.pick([200, 201, 202, 404, 410, 500, 502, 504]);
      const expected = JSON.stringify({ status, body: data.text('\n') });
      const tries = ways.length + data.whole(1, 3);
      const call = await begin({ timeoutMs: 60_000, tries, pause: 500 });
      for (const [n, way] of ways.entries()) {
        await call.heard(n + 1);
        await call.fail(way);
        if (call.hasEnded)
          trial.fail({
            title:
              way === 'half' && call.outcome.response
                ? 'Half a response is taken for a whole one'
                : `${nameOf(way)} is not retried`,
            sent: `${call.words}; ${wordsOf(way)}`,
            expected: 'another request, after the pause',
            came: call.end,
            wire: station.seen('down'),
          });
        await call.pass(500);
      }
      await call.heard(ways.length + 1);
      const { body } = JSON.parse(expected) as { body: string };
      const { response } = await call.over((last) =>
        last.writeHead(status).end(body),
      );
      const came = response
        ? JSON.stringify({ status: response.status, body: response.body })
        : call.end;
      if (came === expected) return;
      trial.fail({
        title: 'The response is another one',
        sent: `${call.words}; ${ways.map(wordsOf).join(', ')}, then a ${status}`,
        expected,
        came,
        at: differsAt(came, expected),
        wire: station.seen('down'),
      });
    });

    await trial.step('not more often than it may', async () => {
      const ends = [...failures, 'reset', 'half', 503] as const;
      for (const [at, way] of ends.entries()) {
        // In the second half the last try fails in another way than the others.
        const isMixed = at >= failures.length;
        const other = way === 503 ? 'reset' : 503;
        const tries = data.whole(isMixed ? 2 : 1, 4);
        const call = await begin({ timeoutMs: 60_000, tries, pause: 500 });
        for (let n = 1; n <= tries; n += 1) {
          await call.heard(n);
          await call.fail(isMixed && n < tries ? other : way, data.word());
          if (n < tries) await call.pass(500);
        }
        const { response, error } = call.outcome;
        const isTold = way === 503 ? response?.status === 503 : !!error;
        if (isTold) continue;
        trial.fail({
          title: call.hasEnded
            ? `The last try’s ${way === 503 ? '503 is not returned' : 'failure is not thrown'}`
            : 'It tries more often than it may',
          sent: `${call.words}; ${isMixed ? `${wordsOf(other)}, and in the end ` : ''}${wordsOf(way)}${isMixed ? '' : ', each time'}`,
          expected: `${tries} ${tries === 1 ? 'request' : 'requests'}, then ${way === 503 ? 'the last 503' : 'an error'}`,
          came: call.end,
          wire: station.seen('up'),
        });
      }
    });

    await trial.step(
      'no headers: it ends, and its connection is closed',
      async () => {
        const timeoutMs = long();
        const call = await begin({ timeoutMs, tries: 1, pause: 5 });
        await call.heard(1);
        await call.mustEnd(
          'It waits for headers that never come',
          'the station takes the request, and is silent',
        );
      },
    );

    await trial.step('a body that stops in the middle', async () => {
      const timeoutMs = long();
      const call = await begin({ timeoutMs, tries: 1, pause: 5 });
      await call.heard(1);
      await call.comes((response, text) => {
        response.writeHead(200, { 'Content-Length': 5_000 }).write(text);
      });
      await call.mustEnd(
        'The headers came, and the body may take for ever',
        'headers, a part of the body, and then silence',
        'down',
      );
    });

    await trial.step('a body that drips', async () => {
      const timeoutMs = long();
      const call = await begin({ timeoutMs, tries: 1, pause: 5 });
      await call.heard(1);
      const pieces = data.whole(4, 6);
      for (let n = 0; n < pieces; n += 1) {
        await call.comes((response, text) => response.write(text));
        await call.mustWait(timeoutMs / (pieces + 1));
      }
      await call.mustEnd(
        'Each piece of the body restarts the timer',
        `headers, then ${pieces} pieces of the body, one every ${Math.round(timeoutMs / (pieces + 1))} ms, without an end`,
        'down',
      );
    });

    await trial.step(
      'headers that are late, and then a late body',
      async () => {
        const timeoutMs = long();
        const call = await begin({ timeoutMs, tries: 1, pause: 5 });
        await call.heard(1);
        const late = Math.round((timeoutMs * data.whole(5, 8)) / 10);
        await call.mustWait(late);
        await call.comes((response, text) => response.write(text));
        await call.mustEnd(
          'The headers restart the timer',
          `headers after ${late} ms, and then silence`,
          'down',
        );
      },
    );

    await trial.step('one try may use all that is left', async () => {
      const timeoutMs = long();
      const call = await begin({ timeoutMs, tries: 3, pause: 5 });
      await call.heard(1);
      await call.mustWait(timeoutMs * 0.9);
      const body = data.word();
      const { response } = await call.over((late) => late.end(body));
      if (response?.body === body) return;
      trial.fail({
        title: tooEarly,
        sent: `${call.words}; a response after ${timeoutMs * 0.9} ms`,
        expected: 'that response',
        came: call.end,
        section,
        wire: station.seen('down'),
      });
    });

    await trial.step('one deadline for all tries and pauses', async () => {
      const timeoutMs = long();
      const [cost, pause] = [timeoutMs / 4, timeoutMs / 10];
      const call = await begin({ timeoutMs, tries: 8, pause });
      await call.heard(1);
      await call.mustWait(cost);
      await call.fail(503);
      await call.pass(pause);
      await call.heard(2);
      await call.pass(timeoutMs - cost - pause + margin);
      if (!call.hasEnded) {
        const came = call.end;
        const { error } = await call.pass(pause);
        trial.fail({
          title:
            error === undefined
              ? 'Each try gets all the time again'
              : 'The pauses do not count',
          sent: `${call.words}; a 503 after ${cost} ms, then silence`,
          expected: `${timeoutMs} ms for all tries and pauses together, and then an error`,
          came,
          section,
          wire: station.seen('up'),
        });
      }
      if (call.outcome.response)
        trial.fail({
          title: 'It returns an earlier 503, and does not throw',
          sent: `${call.words}; a 503 after ${cost} ms, then silence`,
          expected: 'an error: its last try got no response in time',
          came: call.end,
          section,
          wire: station.seen('up'),
        });
      await call.mustBeFree('a 503, then silence');
      await call.pass(2 * timeoutMs);
    });

    await trial.step('no pause, and no time either', async () => {
      const timeoutMs = long();
      const call = await begin({ timeoutMs, tries: 4, pause: 0 });
      await call.heard(1);
      await call.mustEnd(
        'It tries again when the time is over',
        'the station takes the request, and is silent',
      );
    });

    await trial.step('a pause that is longer than what is left', async () => {
      for (const way of failures) {
        const timeoutMs = long();
        const pause = Math.round(timeoutMs * 0.3);
        const call = await begin({ timeoutMs, tries: 9, pause });
        const body = data.word();
        for (let n = 1; n <= 4; n += 1) {
          await call.heard(n);
          await call.fail(way, body);
          if (n < 4) await call.pass(pause);
        }
        const { response, error } = call.outcome;
        const is503 = response?.status === 503 && response.body === body;
        if (way === 503 ? is503 : error !== undefined) continue;
        trial.fail({
          title: !call.hasEnded
            ? 'It sleeps longer than anybody waits for it'
            : 'The last 503 is not returned',
          sent: `${call.words}; ${wordsOf(way)}, each time`,
          expected: `four tries, then ${way === 503 ? `the 503` : 'an error'}, ${4 * pause - timeoutMs} ms before a fourth pause would end too late`,
          came: call.end,
          section,
          wire: station.seen('down'),
        });
      }
    });

    await trial.step('the server is told how long you wait', async () => {
      const timeoutMs = long();
      const pause = Math.round(timeoutMs / 4);
      const call = await begin({ timeoutMs, tries: 3, pause });
      for (let n = 0; n < 3; n += 1) {
        await call.heard(n + 1);
        const value = station.told[n];
        const left = timeoutMs - n * pause;
        const isWhole = /^\d+$/.test(value ?? '');
        const differs = Number(value) - left;
        if (!isWhole || differs > 1 || differs < -margin)
          trial.fail({
            title: !isWhole
              ? 'The server is not told how long you wait'
              : n > 0 && Math.abs(Number(value) - timeoutMs) < margin
                ? 'Each try tells the server the same time'
                : 'The server is told another time than you wait',
            sent: `${call.words}; request ${n + 1}, ${n * pause} ms after the call`,
            expected: `time-left: ${left}, a whole number of ms`,
            came: value === undefined ? 'no time-left' : `time-left: ${value}`,
            section,
            wire: station.seen('up'),
          });
        await call.fail(n < 2 ? 503 : 'reset');
        if (n < 2) await call.pass(pause);
      }
    });

    await trial.step('two requests at once', async () => {
      const first = await begin({ timeoutMs: 5_000, tries: 1, pause: 5 });
      await first.heard(1);
      const options = { timeoutMs: 60_000, tries: 1, pause: 5 };
      const second = await begin(options, 'again');
      await second.heard(2);
      const { closed } = second.outcome;
      await second.pass(5_000 + margin);
      const body = data.word();
      const { response } = await second.over((late) => late.end(body));
      if (response?.body === body && (await first.look()).error) {
        await learner.stage('closedBy', closed + 2);
        return;
      }
      const isFirst = response?.body === body;
      trial.fail({
        title: isFirst
          ? 'While another request runs, one has no end'
          : 'One request that is too late ends another',
        sent: `${first.words}; at the same time ${second.words}; the first gets no response, the second one after 5 s`,
        expected: isFirst ? 'an error of the first' : 'the second response',
        came: isFirst ? first.end : second.end,
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('a connection that opens late', async () => {
      await learner.stage('loseNames');
      const timeoutMs = short();
      const call = await begin({ timeoutMs, tries: 1, pause: 5 }, 'named');
      await learner.stage('named');
      const late = Math.round(timeoutMs / 2);
      await call.mustWait(late);
      await learner.stage('findNames');
      await call.heard(1);
      await call.mustEnd(
        'The connection restarts the timer',
        `the name server responds after ${late} ms, the station not at all`,
      );
    });

    await trial.step('a connection that never opens', async () => {
      const timeoutMs = short();
      const call = await begin({ timeoutMs, tries: 3, pause: 5 }, 'named');
      await learner.stage('named');
      await call.mustEnd(
        'It waits for a connection that never opens',
        'the name server does not respond',
      );
    });

    await trial.step('nothing more is sent', async () => {
      await learner.stage('findNames');
      await learner.stage('pass', 1_000_000);
      await trial.still();
      const [late] = station.late;
      if (late === undefined) return;
      trial.fail({
        title: 'It has ended, and sends another request',
        sent: `${late}; after its end`,
        expected: 'no request: nobody waits for it any more',
        came: 'a GET',
        section,
        wire: station.seen('up'),
      });
    });
  },
} satisfies Check;

type Way = 'reset' | 'half' | 503;
const tooEarly = 'A try is given up, and there is time left';
const nameOf = (way: Way) => (way === 503 ? 'A 503' : 'A failure');
const wordsOf = (way: Way) =>
  ({
    reset: 'a reset',
    half: 'half a body, then the end of the connection (FIN)',
    503: 'a 503',
  })[way];

type Station = Awaited<ReturnType<typeof openStation>>;

/** Makes a function that calls `request`, and returns what then goes on. */
function callsOf(trial: CheckContext, learner: Learner, station: Station) {
  const { data } = trial;
  let name: string | undefined;
  return async function begin(
    options: RequestOptions,
    which: 'new' | 'again' | 'named' = 'new',
  ) {
    const host = which === 'named' ? `station-${data.word()}.test` : undefined;
    const url = station.next(which === 'again', host);
    const words = `request(${JSON.stringify(url)}, ${JSON.stringify(options)})`;
    name ??= await learner.stage<string>('nameOf');
    if (!(await learner.stage('exportsIt'))) await learner.call(name);
    const id = await learner.stage<number>('begin', url, options);
    const { timeoutMs } = options;
    let outcome = await learner.stage<Outcome>('look', id);
    let passed = 0;
    const hasEnded = () =>
      outcome.error !== undefined || outcome.response !== undefined;
    const note = (found: Outcome) => {
      outcome = found;
      if (hasEnded()) station.seal(words);
      return found;
    };
    const pass = async (about: number) => {
      const ms = Math.round(about);
      passed += ms;
      return note(await learner.stage<Outcome>('pass', ms, id));
    };
    const until = async (what: { text?: string; closed?: number } = {}) =>
      note(await learner.stage<Outcome>('until', id, what));
    /** What came of it, in words. */
    const end = () => {
      const { response, error, took } = outcome;
      const ms = Math.round(took);
      if (error !== undefined) return `after ${ms} ms ${error}`;
      return response
        ? `after ${ms} ms ${JSON.stringify(response).slice(0, 80)}`
        : `after ${ms} ms it still waits`;
    };

    /** What came in is closed: it has given up its last request. */
    async function mustBeFree(sent: string) {
      await trial.within(station.free(), () => ({
        title: 'It has given up, and its request goes on',
        sent: `${words}; ${sent}`,
        expected: 'the connection is closed, when it throws',
        came: 'the connection is open, and the station still works for it',
        section,
        wire: station.seen('up'),
      }));
    }

    return {
      words,
      get outcome() {
        return outcome;
      },
      get hasEnded() {
        return hasEnded();
      },
      get end() {
        return end();
      },
      pass,
      mustBeFree,
      look: async () => note(await learner.stage<Outcome>('look', id)),
      /** The station responds, and it ends, and so does its connection. */
      async over(respond: (response: ServerResponse) => unknown) {
        const { closed } = await learner.stage<Outcome>('look', id);
        respond(station.now);
        const found = await until();
        if (found.response) await learner.stage('closedBy', closed + 1);
        return found;
      },

      /** Resolves when so many requests have come. */
      async heard(count: number) {
        await trial.within(station.reached(count), () => ({
          title: count === 1 ? 'It sends no request' : 'It gives up too early',
          sent: words,
          expected: `request ${count} of at most ${options.tries}`,
          came: end(),
          wire: station.seen('up'),
        }));
      },

      /** The station writes this, and it comes. */
      async comes(write: (response: ServerResponse, text: string) => unknown) {
        const text = `${data.word()}${data.whole(1e6, 1e7)}`;
        write(station.now, text);
        await until({ text });
      },

      /** The last request fails like that, and it knows. */
      async fail(way: Way, text: string = data.word()) {
        const { closed } = await learner.stage<Outcome>('look', id);
        const response = station.now;
        if (way === 503) response.writeHead(503).end(text);
        if (way === 'reset') response.socket?.resetAndDestroy();
        if (way === 'half') {
          const half = `${text}${data.whole(1e6, 1e7)}`;
          response.writeHead(200, { 'Content-Length': 5_000 }).write(half);
          await until({ text: half });
          response.socket?.end();
        }
        await until({ closed: closed + 1 });
      },

      /** So many ms pass, and it neither ends nor gives up its request. */
      async mustWait(ms: number) {
        const { closed } = await learner.stage<Outcome>('look', id);
        await pass(ms);
        if (!hasEnded() && outcome.closed === closed) return;
        trial.fail({
          title: tooEarly,
          sent: `${words}; no complete response`,
          expected: `it waits on: ${passed} of ${timeoutMs} ms are over`,
          came: hasEnded() ? end() : 'it has closed its connection',
          section,
          wire: station.seen('up'),
        });
      },

      /** When its time is over it throws, and not before. */
      async mustEnd(
        title: string,
        sent: string,
        direction: 'up' | 'down' = 'up',
      ) {
        await pass(timeoutMs + margin - passed);
        const { response, error, took } = outcome;
        const isEarly = error !== undefined && took < timeoutMs - margin;
        if (error === undefined || isEarly)
          trial.fail({
            title: isEarly
              ? tooEarly
              : response
                ? 'Half a response is taken for a whole one'
                : title,
            sent: `${words}; ${sent}`,
            expected: `an error after ${timeoutMs} ms`,
            came: end(),
            section,
            wire: station.seen(direction),
          });
        await mustBeFree(sent);
      },
    };
  };
}

/** A station that responds when it is told to, behind a tap. */
async function openStation(trial: CheckContext) {
  let round = 0;
  let sealed: string | undefined;
  let heard: { left: string | undefined; response: ServerResponse }[] = [];
  let arrived = Promise.withResolvers<void>();
  const late: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const isOld = !request.url?.startsWith(`/${round}/`);
    if (isOld || sealed !== undefined) {
      late.push(sealed ?? `request for ${request.url}`);
      return response.destroy();
    }
    // One connection for each request: then its end says which one ended.
    response.setHeader('Connection', 'close');
    const left = request.headers['time-left'] as string | undefined;
    heard.push({ left, response });
    arrived.resolve();
    arrived = Promise.withResolvers();
    return undefined;
  });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  return {
    seen: line.seen,
    /** Calls that sent something after their end. */
    late,
    /** The `time-left` of each request of this round. */
    get told() {
      return heard.map(({ left }) => left);
    },
    /** The response to the last request. */
    get now() {
      return heard.at(-1)!.response;
    },
    /** The URL for the next call, with this host's name. */
    next(isSameRound: boolean, host = '127.0.0.1') {
      if (!isSameRound) {
        for (const { response } of heard) response.destroy();
        heard = [];
        round += 1;
        sealed = undefined;
      }
      return `http://${host}:${line.port}/${round}/${isSameRound ? 'platform' : 'board'}`;
    },
    /** From now on no request may come in this round. */
    seal: (words: string) => (sealed = words),
    async reached(count: number) {
      while (heard.length < count) await arrived.promise;
    },
    /** Resolves when no response is awaited any more. */
    async free() {
      const open = heard.filter(({ response }) => !response.closed);
      await Promise.all(open.map(({ response }) => once(response, 'close')));
    },
  };
}
