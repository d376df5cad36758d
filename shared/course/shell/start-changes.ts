/** What a page of the course may start: home, a lesson, an exercise. */
import type { RequestContext } from '@on-the-wire/viewer/server/guarded-server.ts';
import { readJsonObject } from '@on-the-wire/viewer/server/read-json-object.ts';
import {
  HttpError,
  json,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import { forwardedUrl } from '@on-the-wire/system/forwarded.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { AroundShell } from './around.ts';
import { consent, type Consent } from './consent.ts';
import type { StartedMessage } from '@on-the-wire/viewer/page/own-tab.ts';

/**
 * Routes for `createGuardedServer`: a POST to each starts what its body names,
 * or finds it running. The response has its address: `{"url": "http://…"}`, and
 * as `forwarded` the one at the forwarder, if there is one.
 *
 * @param around undefined where nothing can be started: then there are none
 * @param asking allows those that came by a forwarder
 */
export function startChanges(
  around: AroundShell | undefined,
  asking: Consent = consent,
): Record<string, (context: RequestContext) => Promise<HttpResponse>> {
  if (!around) return {};
  return asking.guard('start', {
    'POST /home/start': async () => started(() => around.home()),
    'POST /lessons/start': async ({ request }) => {
      const { name } = await readJsonObject(request);
      return started(() => around.startLesson(String(name)));
    },
    'POST /exercises/start': async ({ request }) => {
      const { id } = await readJsonObject(request);
      return started(() => around.startExercise(String(id)));
    },
  });
}

async function started(start: () => Promise<string>): Promise<HttpResponse> {
  try {
    const url = await start();
    const forwarded = forwardedUrl(url);
    const message: StartedMessage = { url, ...(forwarded && { forwarded }) };
    return json(message);
  } catch (error) {
    // 2: there is no such thing; 1: it cannot be started now.
    const isUnknown = error instanceof UsageError && error.exitCode === 2;
    throw new HttpError(isUnknown ? 404 : 500, (error as Error).message);
  }
}
