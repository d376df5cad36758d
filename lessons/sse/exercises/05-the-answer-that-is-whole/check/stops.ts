/** The signal, at each moment: nothing is told after it, and nobody waits. */
import type { CheckContext } from '@on-the-wire/course/exercise/check.ts';
import type { Begin, Call } from './call.ts';
import type { Model } from './model.ts';

const late = 'A piece is told after it was stopped';

export async function stops(
  trial: CheckContext,
  model: Model,
  { begin, begun }: { begin: Begin; begun: Begin },
): Promise<void> {
  /** It ends at once, and the server knows, if it can. */
  const mustStop = async (
    call: Call,
    sent: string,
    { isKnown = true, reads = true } = {},
  ) => {
    const { requests } = call;
    await call.ends('stopped', sent);
    if (reads) await call.isFree(sent);
    await call.tells(sent, late);
    if (isKnown) await call.mustDelete(sent);
    else await call.mustNotDelete(sent);
    if (call.requests > requests)
      call.fail({
        title: 'It is stopped, and sends another request',
        sent,
        expected: 'a DELETE, and nothing else',
        came: model.all.at(-1)!.words,
      });
  };

  const open = await begun();
  await open.stop();
  await mustStop(open, 'stopped after some events');

  // In the same read there are more events.
  const inTell = await begun({ stopAt: '. Enough.' });
  const { answer } = inTell;
  const last = answer.piece({}, `${answer.newPiece()}. Enough.`);
  const further = [answer.piece(), answer.finish()];
  const bytes = [last, ...further].map((event) => event.bytes);
  const stopping = { ...last, bytes: Buffer.concat(bytes) };
  const title = 'tell itself stops it, and more events came in the same read';
  await inTell.sends(stopping, title, { more: late });
  await mustStop(inTell, title);

  model.deletes = 404;
  const waiting = await begun();
  waiting.over(trial.data.pick(['fin', 'end']));
  await waiting.rests();
  await waiting.stop();
  const pausing = 'stopped while it waits before a GET; the DELETE gets 404';
  await mustStop(waiting, pausing, { reads: false });

  model.deletes = 'rst';
  const getting = await begun();
  getting.over('rst');
  await getting.resumes('events, and a cut');
  await getting.stop();
  const inGet = 'stopped before the response to a GET; the DELETE is reset';
  await mustStop(getting, inGet);
  await getting.rests();
  model.deletes = 204;

  const early = await begin({ stopAt: '' });
  await early.ends('stopped', 'the signal was aborted before the call');
  if (early.requests > 0)
    early.fail({
      title: 'It is stopped, and sends another request',
      sent: 'the signal was aborted before the call',
      expected: 'no request',
      came: 'POST /v1/chat/completions',
    });

  const posted = await begin();
  await posted.posted();
  await posted.stop();
  const before = 'stopped before the response';
  await mustStop(posted, before, { isKnown: false });

  const empty = await begin();
  await empty.starts();
  await empty.stop();
  await mustStop(empty, 'stopped before an event', { isKnown: false });
}
