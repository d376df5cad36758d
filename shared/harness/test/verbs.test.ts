import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { execFile } from '../../programs/start.ts';
import { describeLessons, findLessons } from '../lessons.ts';

/** Runs a verb as pnpm would, and tells how it ended and what it said. */
function run(verb: string, ...words: string[]) {
  const script = new URL(`../../../scripts/${verb}.ts`, import.meta.url);
  const args = [fileURLToPath(script), ...words];
  return execFile(process.execPath, args).then(
    ({ stdout, stderr }) => [0, stdout, stderr],
    ({ code, stdout, stderr }) => [code, stdout, stderr],
  );
}

describe('pnpm lesson', () => {
  test('without a name lists the lessons', async () => {
    expect(await run('lesson')).toEqual([
      0,
      describeLessons(findLessons()),
      '',
    ]);
  });

  test('with an unknown flag shows the help, and ends with 2', async () => {
    const [exitCode, out, error] = await run('lesson', '--smalest');
    expect([exitCode, out]).toEqual([2, '']);
    expect(error).toMatch(/^error: unknown option '--smalest'/);
    expect(error).toContain('Did you mean --smallest?');
    expect(error).toContain('Usage: pnpm lesson [options] [name]');
  });

  test('with an unknown name or port says so, and ends with 2', async () => {
    const [lesson, port] = await Promise.all([
      // What follows --inspect is the name: its port follows only a "=".
      run('lesson', '--inspect', 'no-such-lesson'),
      run('lesson', 'no-such-lesson', '--port', '99999'),
    ]);
    expect(lesson).toEqual([
      2,
      '',
      expect.stringMatching(/^There is no lesson "no-such-lesson"\. Did you /),
    ]);
    expect(port).toEqual([
      2,
      '',
      '"99999" is no port: expected a whole number from 1 to 65534.\n',
    ]);
  });
});

describe('pnpm new-lesson', () => {
  test('with a name that will not do says so, and ends with 2', async () => {
    const [exitCode, out, error] = await run('new-lesson', 'Long Polling');
    expect([exitCode, out]).toEqual([2, '']);
    expect(error).toMatch(/^"Long Polling" will not do as a lesson's name: /);
  });

  test('without a name shows the help, and ends with 2', async () => {
    const [exitCode, , error] = await run('new-lesson');
    expect(exitCode).toBe(2);
    expect(error).toContain('Usage: pnpm new-lesson [options] <name>');
  });
});
