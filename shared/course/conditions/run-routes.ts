/** The requests by which the shell's page tells what the learner does. */
import type { IncomingMessage } from 'node:http';
import {
  HttpError,
  json,
  type HttpResponse,
} from '@on-the-wire/viewer/server/response.ts';
import type { RequestContext } from '@on-the-wire/viewer/server/guarded-server.ts';
import { readJsonObject } from '@on-the-wire/viewer/server/read-json-object.ts';
import { MEMORY, STEP_ID } from './condition.ts';
import type { StepObserver } from './observe.ts';

const LONGEST = 500; // characters of a guess
const MOST = 100; // entries of what is sent at once

type Change = (context: RequestContext) => Promise<HttpResponse>;

/**
 * What changes something; for `createGuardedServer`. A step is named by its id,
 * `{"step": "step-2"}`.
 *
 * `POST /run/begin`: the learner is at this step. `PUT /run/guess`: what the
 * learner expects, `{"step": …, "guess": "None"}`; null takes it back.
 * `PUT /run/guesses`: what the browser has kept, `{"guesses": {"step-2": …}}`.
 * `POST /run/open`: *See* was opened. `POST /run/again`: the *Do* begins once
 * more. `PUT /run/page`: what the lesson's page shows,
 * `{"values": {"state": "open"}}`. Anything else is refused with 400.
 *
 * @param before is called first, with each request
 */
export function runChanges(
  observer: StepObserver,
  before: (request: IncomingMessage) => void = () => {},
): Record<string, Change> {
  const of =
    (change: (body: Record<string, unknown>) => void): Change =>
    async ({ request }) => {
      before(request);
      change(await readJsonObject(request));
      return json({});
    };
  return {
    'POST /run/begin': of(({ step }) =>
      observer.begin(step === MEMORY ? MEMORY : stepIn(step)),
    ),
    'POST /run/open': of(({ step }) => observer.open(stepIn(step))),
    'POST /run/again': of(({ step }) => observer.again(stepIn(step))),
    'PUT /run/guess': of(({ step, guess }) =>
      observer.guess(
        stepIn(step),
        guess === null ? undefined : textIn('a guess', guess),
      ),
    ),
    'PUT /run/guesses': of(({ guesses }) =>
      observer.adopt(
        Object.fromEntries(
          Object.entries(textsIn('guesses', guesses)).map(([step, guess]) => [
            stepIn(step),
            guess,
          ]),
        ),
      ),
    ),
    'PUT /run/page': of(({ values }) =>
      observer.page(textsIn('values', values)),
    ),
  };
}

function stepIn(given: unknown): string {
  if (typeof given === 'string' && STEP_ID.test(given)) return given;
  throw refused('a step', given, 'a text such as "step-2"');
}

function textIn(what: string, given: unknown): string {
  if (typeof given === 'string' && given.length <= LONGEST) return given;
  throw refused(what, given, `a text of at most ${LONGEST} characters`);
}

function textsIn(what: string, given: unknown): Record<string, string> {
  const isObject =
    typeof given === 'object' && given !== null && !Array.isArray(given);
  const entries = isObject ? Object.entries(given) : [];
  if (!isObject || entries.length > MOST)
    throw refused(what, given, `an object of at most ${MOST} texts`);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, textIn(what, value)]),
  );
}

function refused(what: string, given: unknown, expected: string): HttpError {
  const found = (JSON.stringify(given) ?? 'nothing').slice(0, 60);
  return new HttpError(
    400,
    `Reading ${what}: found ${found}, expected ${expected}.`,
  );
}
