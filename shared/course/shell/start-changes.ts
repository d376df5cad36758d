/** What a page of the course may start: home, a lesson, an exercise. */
import type { RequestContext } from '@on-the-wire/viewer/server/guarded-server.ts';
import { readJsonObject } from '@on-the-wire/viewer/server/read-json-object.ts';
import {
  HttpError,
  json,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { AroundShell } from './around.ts';

/**
 * Routes for `createGuardedServer`: a POST to each starts what its body names,
 * or finds it running. The response has its address: `{"url": "http://…"}`.
 *
 * @param around undefined where nothing can be started: then there are none
 */
export function startChanges(
  around: AroundShell | undefined,
): Record<string, (context: RequestContext) => Promise<HttpResponse>> {
  if (!around) return {};
  return {
    'POST /home/start': async () => started(() => around.home()),
    'POST /lessons/start': async ({ request }) => {
      const { name } = await readJsonObject(request);
      return started(() => around.startLesson(String(name)));
    },
    'POST /exercises/start': async ({ request }) => {
      const { id } = await readJsonObject(request);
      return started(() => around.startExercise(String(id)));
    },
  };
}

async function started(start: () => Promise<string>): Promise<HttpResponse> {
  try {
    return json({ url: await start() });
  } catch (error) {
    // 2: there is no such thing; 1: it cannot be started now.
    const isUnknown = error instanceof UsageError && error.exitCode === 2;
    throw new HttpError(isUnknown ? 404 : 500, (error as Error).message);
  }
}
