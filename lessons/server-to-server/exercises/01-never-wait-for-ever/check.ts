/** Whoever asks has an end in every phase: step 2 of the tutorial. */
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
import type { Answer, Question } from './exercise.ts';
import type { Outcome } from './stage.ts';

const section = 'step “Wait, but not for ever” of the tutorial';
/** So long after its `ms` it is looked whether it still waits. */
const later = 700;
/** ms, beyond which it is not asked again: only a machine that hangs is so late. */
const longest = 10_000;

export default {
  starter: 'It waits for a head that never comes',

  async run(trial) {
    const { data } = trial;
    const learner = await trial.start();
    const station = await openStation(trial);
    const body = data.text('\n');
    const url = () => station.url;

    await trial.step('an answer, after two failures', async () => {
      station.say((response, n) => {
        if (n === 1) return response.destroy();
        return response.writeHead(n === 2 ? 503 : 200).end(body);
      });
      const question = { ms: 60_000, tries: 3, pause: 5 };
      const answer = await learner.call<Answer>('ask', url(), question);
      const expected = JSON.stringify({ status: 200, body });
      const came = String(JSON.stringify(answer));
      if (answer?.status === 200 && answer.body === body) return;
      trial.fail({
        title: 'The answer is another one',
        sent: `${callOf(url(), question)}; a reset, a 503, then a 200`,
        expected,
        came,
        at: differsAt(came, expected),
        wire: station.seen('down'),
      });
    });

    await trial.step('no head: it ends, and lets go', async () => {
      const question = await mustEnd(trial, learner, url, {
        begin: () => station.say(() => {}),
        ms: data.whole(150, 250),
        title: 'It waits for a head that never comes',
        sent: 'the station takes the request, and is silent',
        seen: () => station.seen('up'),
      });
      await station.mustBeFree('the station is silent', question);
    });

    await trial.step('a body that stops in the middle', async () => {
      const question = await mustEnd(trial, learner, url, {
        begin: () =>
          station.say((response) => {
            response.writeHead(200, { 'Content-Length': 5_000 }).write(body);
          }),
        ms: data.whole(250, 350),
        // A head that was late itself says nothing about the body.
        isTelling: ({ hasHead }) => hasHead,
        title: 'The head came, and the body may take for ever',
        sent: 'a head, a part of the body, and then silence',
        seen: () => station.seen('down'),
      });
      await station.mustBeFree('the body stops', question);
    });

    await trial.step('a body that drips', async () => {
      const question = await mustEnd(trial, learner, url, {
        begin: () =>
          station.say((response) => {
            response.writeHead(200).write(body);
            const timer = setInterval(() => response.write('.'), 30);
            response.on('close', () => clearInterval(timer));
          }),
        ms: data.whole(500, 600),
        // A piece that was late may have ended the wait of one who waits for
        // silence: that says nothing.
        isTelling: ({ silence }, ms) => silence < ms / 2,
        title: 'Each piece of the body winds the clock again',
        sent: 'a head, then a piece of the body every 30 ms, without end',
        seen: () => station.seen('down'),
      });
      await station.mustBeFree('the body drips', question);
    });

    await trial.step('who is asked is told what is left', async () => {
      station.say((response) => response.end(body));
      const question = { ms: data.whole(20_000, 60_000), tries: 1, pause: 5 };
      await learner.call('ask', url(), question);
      const said = station.heard[0]?.left;
      const left = /^\d+$/.test(said ?? '') ? Number(said) : -1;
      if (left > 0 && left <= question.ms) return;
      trial.fail({
        title: 'Who is asked is not told how long you wait',
        sent: callOf(url(), question),
        expected: `time-left: a whole number of ms, ${question.ms} at most`,
        came: said === undefined ? 'no time-left' : `time-left: ${said}`,
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('one time for all tries', async () => {
      let cost = 0; // ms that the first try takes
      const isAnew = () => {
        const [first, second] = station.heard.map(({ left }) => Number(left));
        // The two clocks may differ by a few ms, in how they round.
        return second !== undefined && second > first! - cost + 10;
      };
      const { outcome, question } = await look(learner, url, {
        ms: data.whole(400, 500),
        tries: 8,
        begin(ms) {
          cost = Math.round(ms / 4);
          station.say((response, n) => {
            // Later tries meet silence; the first takes its time for a 503.
            if (n > 1) return;
            setTimeout(() => response.writeHead(503).end(), cost);
          });
        },
        // With the whole time for the second try it cannot end before that.
        isTelling: ({ took, answer }, ms) =>
          isAnew() || !!answer || took < ms + cost,
      });
      // Who sees that no pause fits any more may hand on the 503.
      const hasStopped = hasEnded(outcome) || outcome.answer?.status === 503;
      if (!isAnew() && hasStopped) return;
      const told = station.heard.map(({ left }) => `time-left: ${left}`);
      trial.fail({
        title: 'Each try gets the whole time anew',
        sent: `${callOf(url(), question)}; a 503 after ${cost} ms, then silence`,
        expected: `${question.ms} ms for all tries together, and then an error`,
        came: `${told.join(', then ')}; ${endOf(outcome)}`,
        section,
        wire: station.seen('up'),
      });
    });

    await trial.step('a pause that is longer than what is left', async () => {
      const { outcome, question } = await look(learner, url, {
        ms: data.whole(150, 250),
        tries: 3,
        pause: 60_000,
        begin: () => {
          const headers = { 'Content-Length': 0 };
          station.say((response) => response.writeHead(503, headers).end());
        },
        // Before the 503 has come there is nothing to sleep for.
        isTelling: ({ hasHead }) => hasHead,
      });
      if (hasEnded(outcome) || outcome.answer?.status === 503) return;
      trial.fail({
        title: 'It sleeps longer than anybody waits for it',
        sent: `${callOf(url(), question)}; a 503, at once`,
        expected: `an error, or the 503, after ${question.ms} ms at most`,
        came: endOf(outcome),
        section,
        wire: station.seen('down'),
      });
    });

    await trial.step('a connection that never stands', async () => {
      await learner.stage('loseNames');
      const named = `http://station-${data.word()}.test:${station.port}/board`;
      await mustEnd(trial, learner, () => named, {
        ms: data.whole(150, 250),
        title: 'It waits for a connection that never stands',
        sent: 'the name server does not answer',
      });
    });
  },
} satisfies Check;

const callOf = (url: string, question: Question) =>
  `ask(${JSON.stringify(url)}, ${JSON.stringify(question)})`;

const hasEnded = ({ error }: Outcome) => error !== undefined;

function endOf({ answer, error, took }: Outcome) {
  if (error !== undefined) return `after ${took} ms ${error}`;
  if (answer) return `after ${took} ms ${JSON.stringify(answer).slice(0, 80)}`;
  return `after ${took} ms it still waits`;
}

interface Looking {
  /** The question's own, at first; and the rest of it. */
  ms: number;
  tries?: number;
  pause?: number;
  /** What the station does from now on. */
  begin?: (ms: number) => void;
  /**
   * Whether an end by then shows what it should: on a busy machine the time may
   * be over before the station was heard. It is asked again then, with twice
   * the time.
   */
  isTelling?: (outcome: Outcome, ms: number) => boolean;
}

/** Asks, and looks what has come of it when its time is over. */
async function look(
  learner: Learner,
  url: () => string,
  { begin, isTelling = () => true, ms, tries = 1, pause = 5 }: Looking,
): Promise<{ outcome: Outcome; question: Question }> {
  for (;;) {
    begin?.(ms);
    const question = { ms, tries, pause };
    const outcome = await learner.stage<Outcome>('ask', url(), question, later);
    const stillWaits = !hasEnded(outcome) && !outcome.answer;
    if (stillWaits || isTelling(outcome, ms) || ms > longest)
      return { outcome, question };
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
): Promise<Question> {
  const { outcome, question } = await look(learner, url, looking);
  if (hasEnded(outcome)) return question;
  return trial.fail({
    title: outcome.answer ? 'Half an answer is taken for a whole' : title,
    sent: `${callOf(url(), question)}; ${sent}`,
    expected: `an error after ${question.ms} ms`,
    came: endOf(outcome),
    section,
    wire: seen?.(),
  });
}

type Say = (response: ServerResponse, n: number) => unknown;

/** A station that says what it is told to, behind a line. */
async function openStation(trial: CheckContext) {
  let say: Say = () => {};
  let heard: { left: string | undefined; response: ServerResponse }[] = [];
  let round = 0;
  const path = () => `/${round}/board`;
  const server = createServer((request: IncomingMessage, response) => {
    if (request.url === '/fence') return response.end();
    // A last try of the round before, which the line has held back.
    if (request.url !== path()) return response.destroy();
    const left = request.headers['time-left'] as string | undefined;
    heard.push({ left, response });
    return say(response, heard.length);
  });
  const { port } = await trial.listen(server);
  const line = await trial.line(port);
  return {
    port: line.port,
    /** For the question that is asked next. */
    get url() {
      return `${line.origin}${path()}`;
    },
    seen: line.seen,
    get heard() {
      return heard;
    },
    /** What it does from now on, with the n-th request from now. */
    say(next: Say) {
      for (const { response } of heard) response.destroy();
      heard = [];
      round += 1;
      say = next;
    },
    /** Nobody is connected any more who has given up. */
    async mustBeFree(what: string, question: Question) {
      const isOpen = () => heard.some(({ response }) => !response.closed);
      const wire = line.seen('up');
      // No clock: whoever has let go was heard before the last of these.
      for (let n = 0; n < 25 && isOpen(); n += 1)
        await fetch(`${line.origin}/fence`).then((answer) => answer.text());
      if (!isOpen()) return;
      trial.fail({
        title: 'It has given up, and its request goes on',
        sent: `${callOf(`${line.origin}${path()}`, question)}; ${what}`,
        expected: 'with its error the connection is closed',
        came: 'the connection is open, the station still works for it',
        section,
        wire,
      });
    },
  };
}
