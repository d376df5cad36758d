import { expect, test } from '@jest/globals';
import { join } from 'node:path';
import { findExercise } from '@on-the-wire/course/exercise/exercises.ts';
import { runCheck } from '@on-the-wire/course/exercise/run-check.ts';

test('An answer with a line that was given otherwise is shown both', async () => {
  const exercise = findExercise(['server-to-server/4']);
  const name = 'wrong/asks-whom-the-request-names.ts';
  const { failure } = await runCheck(exercise, join(exercise.folder, name));
  expect(failure!.title).toBe(
    'Another server than the upstream gets the request',
  );
  expect(failure!.details!.split('\n')).toEqual([
    'Line 13 of your file was given to you like that, and was wrong:',
    '    const further = request(new URL(url, upstream), how);',
    'It is given now as:',
    '    const upstreamRequest = http.request(upstream, options);',
  ]);
});
