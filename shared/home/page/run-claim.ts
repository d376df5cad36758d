/** Runs a claim in a frame of this page: in the learner's own browser. */
import { inside } from '@on-the-wire/viewer/page/elements.ts';
import { pnpmOfPage } from '@on-the-wire/viewer/page/pnpm.ts';
import type { Chosen, ClaimOutcome, Started } from '../messages.ts';
import { postJson } from '@on-the-wire/viewer/page/post-json.ts';

/** ms until a frame that does not load is given up, and one that has no result. */
const [LOADING, RUNNING] = [5_000, 20_000];

/**
 * Runs it.
 *
 * @returns the outcome, and the run's name, by which its recording is found
 * @throws Error with a sentence that says why there is no outcome
 */
export async function runClaim(
  chosen: Chosen,
): Promise<ClaimOutcome & { run: string }> {
  const { run, url } = await postJson<Started>('/claims/start', chosen);
  const frame = document.createElement('iframe');
  frame.tabIndex = -1;
  const { origin } = new URL(url);
  try {
    const loaded = nextMessage(frame, origin, LOADING, notLoaded(chosen));
    frame.src = url;
    inside(document.body, '.frames').append(frame);
    await loaded;
    await postJson('/claims/begin', { run });
    const finished = nextMessage(
      frame,
      origin,
      RUNNING,
      `no outcome in ${RUNNING / 1000} s`,
    );
    frame.contentWindow!.postMessage('begin', origin);
    const message = (await finished) as
      { result: unknown } | { failed: string };
    if ('failed' in message) throw new Error(message.failed);
    const outcome = await postJson<ClaimOutcome>('/claims/judge', {
      run,
      result: message.result,
    });
    return { ...outcome, run };
  } finally {
    frame.remove();
    await postJson('/claims/stop', { run }).catch(() => {});
  }
}

/**
 * The next message of a frame's page.
 *
 * @param origin of that page: no other is listened to
 * @throws Error with `otherwise` where none comes in time
 */
export function nextMessage(
  frame: HTMLIFrameElement,
  origin: string,
  timeoutMs: number,
  otherwise: string,
): Promise<unknown> {
  return new Promise((done, fail) => {
    const heard = (event: MessageEvent<unknown>) => {
      if (event.origin !== origin || event.source !== frame.contentWindow)
        return;
      stop();
      done(event.data);
    };
    const timer = setTimeout(() => {
      stop();
      fail(new Error(otherwise));
    }, timeoutMs);
    const stop = () => {
      clearTimeout(timer);
      removeEventListener('message', heard);
    };
    addEventListener('message', heard);
  });
}

function notLoaded({ row, http }: Chosen): string {
  if (http === '1.1') return 'the claim’s page did not load';
  return (
    'This browser does not accept the certificate that was made on this ' +
    'machine, so HTTP/2 cannot be tried in it. To try it in one that does: ' +
    `${pnpmOfPage} compare --claims --only ${row} --http 2`
  );
}
