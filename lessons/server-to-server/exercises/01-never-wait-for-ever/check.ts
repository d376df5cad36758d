/** A request has an end in every phase: step 2 of the tutorial. */
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import {
  type Check,
  differsAt,
  type FailureParts,
  type Learner,
  type CheckContext,
} from '@on-the-wire/course/exercise/check.ts';
import type { RequestOptions, SimpleResponse } from './exercise.ts';
import type { Outcome } from './stage.ts';

const section = 'step “Wait, but not for ever” of the tutorial';
/** ms after its `timeoutMs`, when we look whether it still waits. */
const later = 700;
/** ms: no longer timeout is tried, as only a machine that hangs is so late. */
const longest = 10_000;

export default {
  starter: 'It waits for headers that never come',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const name = await learner.stage<string>('nameOf');
    const call = (options: RequestOptions) => {
      const { timeoutMs: ms } = options; // its name in saved answers
      return learner.call<SimpleResponse>(name, url(), { ...options, ms });
    };
    const station = await openStation(trial);
    const body = data.text('\n');
    const url = () => station.url;

    await trial.step('a response, after two failures', async () => {
      station.respond((response, n) => {
        if (n === 1) return response.destroy();
        return response.writeHead(n === 2 ? 503 : 200).end(body);
      });
      const options = { timeoutMs: 60_000, tries: 3, pause: 5 };
      const response = await call(options);
      const expected = JSON.stringify({ status: 200, body });
      const came = String(JSON.stringify(response));
      if (response?.status === 200 && response.body === body) return;
      trial.fail({
        title: 'The response is another one',
        sent: `${callOf(url(), options)}; a reset, a 503, then a 200`,
        expected,
        came,
        at: differsAt(came, expected),
        wire: station.seen('down'),
      });
    });

    await trial.step(
      'no headers: it ends, and its connection is closed',
      async () => {
        const options = await mustEnd(trial, learner, url, {
          begin: () => station.respond(() => {}),
          ms: data.whole(150, 250),
          title: 'It waits for headers that never come',
          sent: 'the station takes the request, and is silent',
          seen: () => station.seen('up'),
        });
        await station.mustBeFree('the station is silent', options);
      },
    );

    await trial.step('a body that stops in the middle', async () => {
      const options = await mustEnd(trial, learner, url, {
        begin: () =>
          station.respond((response) => {
            response.writeHead(200, { 'Content-Length': 5_000 }).write(body);
          }),
        ms: data.whole(250, 350),
        // Headers that were late themselves say nothing about the body.
        isTelling: ({ hasHeaders }) => hasHeaders,
        title: 'The headers came, and the body may take for ever',
        sent: 'headers, a part of the body, and then silence',
        seen: () => station.seen('down'),
      });
      await station.mustBeFree('the body stops', options);
    });

    await trial.step('a body that drips', async () => {
      const options = await mustEnd(trial, learner, url, {
        begin: () =>
          station.respond((response) => {
            response.writeHead(200).write(body);
            const timer = setInterval(() => response.write('.'), 30);
            response.on('close', () => clearInterval(timer));
          }),
        ms: data.whole(500, 600),
        // A late piece may have fired a timer that measures silence: that says
        // nothing.
        isTelling: ({ silence }, ms) => silence < ms / 2,
        title: 'Each piece of the body restarts the timer',
        sent: 'headers, then a piece of the body every 30 ms, without end',
        seen: () => station.seen('down'),
      });
      await station.mustBeFree('the body drips', options);
    });

    await trial.step('the server is told how long you wait', async () => {
      station.respond((response) => response.end(body));
      const timeoutMs = data.whole(20_000, 60_000);
      const options = { timeoutMs, tries: 1, pause: 5 };
      await call(options);
      const value = station.heard[0]?.left;
      const left = /^\d+$/.test(value ?? '') ? Number(value) : -1;
      if (left > 0 && left <= timeoutMs) return;
      trial.fail({
        title: 'The server is not told how long you wait',
        sent: callOf(url(), options),
        expected: `time-left: a whole number of ms, ${timeoutMs} at most`,
        came: value === undefined ? 'no time-left' : `time-left: ${value}`,
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('one deadline for all tries', async () => {
      let cost = 0; // ms that the first try takes
      const isRestarted = () => {
        const [first, second] = station.heard.map(({ left }) => Number(left));
        // The two timers may differ by a few ms, in how they round.
        return second !== undefined && second > first! - cost + 10;
      };
      const { outcome, options } = await look(learner, url, {
        ms: data.whole(400, 500),
        tries: 8,
        begin(ms) {
          cost = Math.round(ms / 4);
          station.respond((response, n) => {
            // Later tries meet silence; the first gets a late 503.
            if (n > 1) return;
            setTimeout(() => response.writeHead(503).end(), cost);
          });
        },
        // If the second try has all the time again, it cannot end before that.
        isTelling: ({ took, response }, ms) =>
          isRestarted() || !!response || took < ms + cost,
      });
      // If no pause fits any more, it may return the 503.
      const hasStopped = hasEnded(outcome) || outcome.response?.status === 503;
      if (!isRestarted() && hasStopped) return;
      const told = station.heard.map(({ left }) => `time-left: ${left}`);
      trial.fail({
        title: 'Each try gets all the time again',
        sent: `${callOf(url(), options)}; a 503 after ${cost} ms, then silence`,
        expected: `${options.timeoutMs} ms for all tries together, and then an error`,
        came: `${told.join(', then ')}; ${endOf(outcome)}`,
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('a pause that is longer than what is left', async () => {
      const { outcome, options } = await look(learner, url, {
        ms: data.whole(150, 250),
        tries: 3,
        pause: 60_000,
        begin: () => {
          const headers = { 'Content-Length': 0 };
          station.respond((response) => response.writeHead(503, headers).end());
        },
        // Before the 503 has come there is nothing to sleep for.
        isTelling: ({ hasHeaders }) => hasHeaders,
      });
      if (hasEnded(outcome) || outcome.response?.status === 503) return;
      trial.fail({
        title: 'It sleeps longer than anybody waits for it',
        sent: `${callOf(url(), options)}; a 503, at once`,
        expected: `an error, or the 503, after ${options.timeoutMs} ms at most`,
        came: endOf(outcome),
        section,
        wire: station.seen('down'),
      });
    });

    await trial.step('a connection that never opens', async () => {
      await learner.stage('loseNames');
      const named = `http://station-${data.word()}.test:${station.port}/board`;
      await mustEnd(trial, learner, () => named, {
        ms: data.whole(150, 250),
        title: 'It waits for a connection that never opens',
        sent: 'the name server does not respond',
      });
    });
  },
} satisfies Check;

const callOf = (url: string, options: RequestOptions) =>
  `request(${JSON.stringify(url)}, ${JSON.stringify(options)})`;

const hasEnded = ({ error }: Outcome) => error !== undefined;

function endOf({ response, error, took }: Outcome) {
  if (error !== undefined) return `after ${took} ms ${error}`;
  if (response)
    return `after ${took} ms ${JSON.stringify(response).slice(0, 80)}`;
  return `after ${took} ms it still waits`;
}

interface Looking {
  /** The `timeoutMs` of the first call. */
  ms: number;
  tries?: number;
  pause?: number;
  /** Sets what the station does from now on. */
  begin?: (ms: number) => void;
  /**
   * Whether an end by then shows what it should: on a busy machine the time may
   * be over before the station has responded. It is called once more then, with
   * twice the time.
   */
  isTelling?: (outcome: Outcome, ms: number) => boolean;
}

/** Calls `request`, and looks what came of it when its time is over. */
async function look(
  learner: Learner,
  url: () => string,
  { begin, isTelling = () => true, ms, tries = 1, pause = 5 }: Looking,
): Promise<{ outcome: Outcome; options: RequestOptions }> {
  for (;;) {
    begin?.(ms);
    const options = { timeoutMs: ms, tries, pause };
    const outcome = await learner.stage<Outcome>('look', url(), options, later);
    const stillWaits = !hasEnded(outcome) && !outcome.response;
    if (stillWaits || isTelling(outcome, ms) || ms > longest)
      return { outcome, options };
    ms *= 2;
  }
}

/** It must throw, and soon after its time. */
async function mustEnd(
  trial: CheckContext,
  learner: Learner,
  url: () => string,
  {
    title,
    sent,
    seen,
    ...looking
  }: Looking & {
    title: string;
    sent: string;
    seen?: () => FailureParts['wire'];
  },
): Promise<RequestOptions> {
  const { outcome, options } = await look(learner, url, looking);
  if (hasEnded(outcome)) return options;
  return trial.fail({
    title: outcome.response
      ? 'Half a response is taken for a whole one'
      : title,
    sent: `${callOf(url(), options)}; ${sent}`,
    expected: `an error after ${options.timeoutMs} ms`,
    came: endOf(outcome),
    section,
    wire: seen?.(),
  });
}

type Respond = (response: ServerResponse, n: number) => unknown;

/** A station that responds as it is told to, behind a tap. */
async function openStation(trial: CheckContext) {
  let respond: Respond = () => {};
  let heard: { left: string | undefined; response: ServerResponse }[] = [];
  let round = 0;
  const path = () => `/${round}/board`;
  const server = createServer((request: IncomingMessage, response) => {
    if (request.url === '/fence') return response.end();
    // A last try of the round before, which was late.
    if (request.url !== path()) return response.destroy();
    const left = request.headers['time-left'] as string | undefined;
    heard.push({ left, response });
    return respond(response, heard.length);
  });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  return {
    port: line.port,
    /** For the next call. */
    get url() {
      return `${line.origin}${path()}`;
    },
    seen: line.seen,
    get heard() {
      return heard;
    },
    /** Sets what it does with the n-th request from now on. */
    respond(next: Respond) {
      for (const { response } of heard) response.destroy();
      heard = [];
      round += 1;
      respond = next;
    },
    /** No request that was given up is still connected. */
    async mustBeFree(what: string, options: RequestOptions) {
      const isOpen = () => heard.some(({ response }) => !response.closed);
      const wire = line.seen('up');
      // No timer: a closed connection was noticed before the last of these.
      for (let n = 0; n < 25 && isOpen(); n += 1)
        await fetch(`${line.origin}/fence`).then((response) => response.text());
      if (!isOpen()) return;
      trial.fail({
        title: 'It has given up, and its request goes on',
        sent: `${callOf(`${line.origin}${path()}`, options)}; ${what}`,
        expected: 'the connection is closed, when it throws',
        came: 'the connection is open, and the station still works for it',
        section,
        wire,
      });
    },
  };
}
