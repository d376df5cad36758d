/** Whether an answer is whole, however its stream is cut: HTML, 9.2.6. */
import type {
  Check,
  CheckContext,
  Learner,
} from '@on-the-wire/course/exercise/check.ts';
import type { Ending } from './exercise.ts';
import { done, error } from './check/answer.ts';
import { atOnce } from './check/at-once.ts';
import { type Begin, Call, type Finish } from './check/call.ts';
import { formed } from './check/forms.ts';
import { cuts, inWords, Model } from './check/model.ts';
import { halves, reads } from './check/reads.ts';
import { stops } from './check/stops.ts';

export default {
  starter: 'A character is lost where a read ends',

  async run(trial) {
    const { data } = trial;
    const model = await Model.open(trial);
    const learner = await trial.start();
    const calls: Call[] = [];
    const begin: Begin = async (options) => {
      const call = await Call.begin(trial, learner, model, options);
      calls.push(call);
      return call;
    };
    /** One that has told some pieces. */
    const begun: Begin = async (options) => {
      const call = await begin(options);
      await call.starts(data.pick(cuts));
      for (let n = data.whole(2, 3); n > 0; n -= 1)
        await call.sends(call.answer.piece(), 'an event');
      return call;
    };
    /** Its last piece comes, and so does its end. */
    const finish: Finish = async (call, sent) => {
      await call.sends(call.answer.piece(), sent);
      await call.sends(call.answer.finish(), 'a finish_reason');
      await call.writes(done);
      call.over('end');
      await call.ends('finished', 'a finish_reason, [DONE]');
    };

    await trial.step('an answer, piece by piece', async () => {
      await finish(await begun(), 'one event more');
    });

    await trial.step('reads that end anywhere', async () => {
      const call = await begun();
      for (const [where, at] of Object.entries(reads)) {
        const event = call.answer.piece();
        const sent = `an event in two reads; the first one ends ${where}`;
        await call.sends(event, sent, { reads: [at(event.bytes)] });
      }
      const event = call.answer.piece();
      const all = Array.from(event.bytes.keys()).slice(1);
      await call.sends(event, 'an event in reads of one byte', { reads: all });
      const three = [0, 1, 2].map(() => call.answer.piece());
      await call.sends(three, 'three events in one read');
      model.line.break('joiner=wait:4ms', 'slicer=gap:1ms');
      const more = [0, 1, 2, 3].map(() => call.answer.piece());
      await call.sends(more, 'four events, cut at random places');
      model.line.break();
      await finish(call, 'one event more');
    });

    await trial.step('lines as the standard allows them', () =>
      formed(begun, finish),
    );

    await trial.step('a finish_reason, whatever follows', async () => {
      for (const cut of cuts) {
        const call = await begin();
        await call.starts(cut);
        await call.sends(call.answer.piece(), 'an event');
        const piece = call.answer.newPiece();
        const last = call.answer.finish({}, piece);
        await call.sends(last, 'an event with a piece and a finish_reason');
        call.over(cut);
        const sent = `a finish_reason; then, without [DONE], ${inWords[cut]}`;
        await call.ends('finished', sent);
      }
      // No character follows the last CR: it is a line end without one.
      for (const cut of cuts) {
        const call = await begin();
        await call.starts(cut);
        await call.sends(call.answer.piece(), 'an event');
        await call.writes(call.answer.finish({ ends: ['\r'] }).bytes);
        call.over(cut);
        const sent = `a finish_reason, its event ends in CR CR; then ${inWords[cut]}`;
        await call.ends('finished', sent);
      }
    });

    await trial.step('a cut: it goes on where it was', async () => {
      // Each GET brings an event, so there may be more of them than tries.
      const call = await begin({ tries: 1 });
      await call.starts();
      let before = 'an event';
      for (const [n, cut] of cuts.entries()) {
        await call.sends(call.answer.piece(), before);
        call.over(cut);
        before = `an event, then ${inWords[cut]}`;
        await call.resumes(before, { exact: n === 0 });
        before += '; a GET, and the next event';
        await call.stream(cuts[(n + 1) % cuts.length]);
      }
      await finish(call, before);
    });

    await trial.step('half an event is none', async () => {
      const call = await begun({ tries: 1 });
      for (const [n, { what, form, at, make }] of halves.entries()) {
        const whole = call.answer.piece();
        await call.sends(whole, 'an event');
        const event = make(call.answer, form);
        const size = at(event.bytes);
        await call.writes(event.bytes.subarray(0, size));
        const cut = cuts[n % cuts.length]!;
        call.over(cut);
        const sent = `an event, then ${what}, and ${inWords[cut]}`;
        await call.resumes(sent);
        await call.tells(sent);
        await call.stream(cuts[(n + 1) % cuts.length]);
        // An error and an end may come, or not: here the answer goes on.
        if (event.text === '') continue;
        await call.sends(event, `${sent}; a GET, and that event`);
      }
      await finish(call, 'one event more');
    });

    await trial.step('an answer that fails', async () => {
      const statuses = [400, 429, data.pick([401, 403, 404]), 500, 503];
      for (const status of statuses) {
        const call = await begin();
        await call.posted();
        const headers = status === 429 ? { 'Retry-After': 1 } : {};
        call.response.writeHead(status, headers).end('{"error":{}}');
        await call.ends('failed', `the POST gets ${status}`);
      }
      for (const cut of cuts) {
        const call = await begun();
        const isLater = cut === 'fin';
        if (isLater) {
          call.over('fin');
          await call.resumes(`an event, then ${inWords.fin}`);
          await call.stream();
        }
        await call.writes(error);
        call.over(cut);
        await call.ends('failed', `events, an error, then ${inWords[cut]}`);
        await call.tells('events, and an error');
      }
    });

    await trial.step('a GET that brings nothing, and Retry-After', async () => {
      const call = await begun({ tries: 6 });
      call.over('fin');
      let sent = `an event, then ${inWords.fin}`;
      await call.resumes(sent);
      for (const status of [503, 429]) {
        const seconds = data.whole(5, 50);
        call.response.writeHead(status, { 'Retry-After': seconds }).end();
        sent = `a GET gets ${status} with Retry-After: ${seconds}`;
        const ms = seconds * 1_000;
        await call.resumes(sent, { ms, why: 'Retry-After', exact: true });
      }
      const status = data.pick([500, 502, 504]);
      call.response.writeHead(status).end();
      await call.resumes(`a GET gets ${status}`, { exact: true });
      call.response.socket?.resetAndDestroy();
      await call.resumes('a GET gets no response, but a reset');
      await call.stream();
      await finish(call, 'the next event');
    });

    await trial.step('no new event: it gives up', async () => {
      const call = await begun();
      const { tries } = call.options;
      let sent = 'events, and a cut';
      const bringsNothing = [
        async () => void call.response.writeHead(503).end(),
        async () => {
          await call.stream();
          call.over('end');
        },
        async () => {
          await call.stream();
          const { bytes } = call.answer.piece();
          await call.writes(bytes.subarray(0, -1));
          call.answer.forget();
          call.over('rst');
        },
      ];
      const first = data.whole(0, 2);
      const fail = async (count: number, from: number) => {
        for (let n = 0; n < count; n += 1) {
          await call.resumes(sent);
          await bringsNothing[(from + n) % 3]!();
          sent = `a GET that brings no new event, ${n + 1} in a row`;
        }
      };
      call.over('fin');
      await fail(tries - 1, first);
      await call.resumes(sent);
      await call.stream();
      await call.sends(call.answer.piece(), 'an event, after some failures');
      call.over('end');
      sent = 'an event, and a cut';
      await fail(tries, first + 1);
      await call.givesUp(`${tries} GETs in a row that bring no new event`);

      const gone = await begun({ tries: 1 });
      gone.over('end');
      await gone.resumes('an event, and a cut');
      gone.response.writeHead(404).end('This answer is not known here.');
      await gone.givesUp('a GET that gets 404');
    });

    await trial.step('a cut before the first whole event', async () => {
      const all: { call: Call; sent: string; isReset?: boolean }[] = [];
      for (const cut of cuts) {
        const call = await begin();
        await call.starts(cut);
        const { bytes } = call.answer.piece();
        if (cut !== 'end') await call.writes(bytes.subarray(0, -1));
        call.over(cut);
        const half = cut === 'end' ? '' : ', half an event';
        all.push({ call, sent: `a comment${half}, then ${inWords[cut]}` });
      }
      const call = await begin();
      await call.posted();
      call.response.socket?.resetAndDestroy();
      const sent = 'the POST gets no response, but a reset';
      all.push({ call, sent, isReset: true });
      await call.rests();
      await call.pass(10_000);
      await call.rests();
      for (const each of all) {
        each.call.mustNotResume(each.sent);
        const endings: Ending[] = each.isReset ? ['cut', 'failed'] : ['cut'];
        await each.call.ends(endings, each.sent);
      }
    });

    await trial.step('stopped, whatever it waits for', () =>
      stops(trial, model, { begin, begun }),
    );

    await trial.step('two answers at once', () => atOnce(begun, finish));

    await trial.step('nothing more is sent', () =>
      mustBeQuiet(trial, learner, calls),
    );
  },
} satisfies Check;

/** What has ended sends nothing more, whatever time passes. */
async function mustBeQuiet(
  trial: CheckContext,
  learner: Learner,
  calls: Call[],
): Promise<void> {
  const before = calls.map(({ requests }) => requests);
  await learner.stage('pass', 0, 1_000_000);
  await trial.still();
  for (const [n, call] of calls.entries()) {
    if (call.requests === before[n]) continue;
    call.fail({
      title: 'It has ended, and sends another request',
      sent: call.words,
      expected: `no request after "${call.state.ending}"`,
      came: 'a GET or a POST',
    });
  }
}
