/** What real programs say to each other is no problem. */
import { expect, test } from '@jest/globals';
import { unitsOf } from '../../capture.ts';
import { allSessions } from '../sessions.ts';
import { problemsIn } from './judge.ts';

test('no problem is told of sessions of node:http, node:http2 and ws', async () => {
  const sessions = await allSessions();
  expect(sessions.flatMap((session) => problemsIn(unitsOf(session)))).toEqual(
    [],
  );
});
