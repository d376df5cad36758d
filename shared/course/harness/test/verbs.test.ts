import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { execFile, spawn } from '@on-the-wire/system/programs/start.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { describeLessons, findLessons } from '../lessons.ts';

/** Runs a verb as pnpm would, and tells how it ended and what it said. */
function run(verb: string, ...words: string[]) {
  const script = new URL(`../../../../scripts/${verb}.ts`, import.meta.url);
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
    expect(error).toContain(`Usage: ${pnpm} lesson [options] [name]`);
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

describe('pnpm lesson --drain', () => {
  test('is for a lesson whose server drains, and for a time', async () => {
    const refused = await Promise.all([
      run('lesson', 'xhr', '--drain', '5s'),
      run('lesson', 'sse', '--drain', '5s', '--smallest'),
      run('lesson', '--drain', '5s'),
    ]);
    const forWhom = 'does not drain: --drain is for sse and websocket.\n';
    expect(refused).toEqual([
      [2, '', `The lesson "xhr" ${forWhom}`],
      [2, '', `smallest.ts ${forWhom}`],
      [
        2,
        '',
        `One lesson drains: name it, such as ${pnpm} lesson sse --drain 5s.\n`,
      ],
    ]);
    const [exitCode, , error] = await run('lesson', 'sse', '--drain', '5');
    expect([exitCode, error]).toEqual([
      2,
      expect.stringContaining('Expected a time up to 600s, such as 5s.'),
    ]);
  });
});

describe('pnpm lesson --find', () => {
  test('says where the course speaks of some words', async () => {
    const [exitCode, out, error] = await run('lesson', '--find', 'silence');
    expect([exitCode, error]).toEqual([0, '']);
    expect(out).toMatch(/^\n {2}silence {2}fault\n {4}Nothing arrives/);
    expect(out).toMatch(
      /→ .*, step \d: .*pnpm lesson \w+\n +lessons\/\S+:\d+\n/,
    );
  });

  test('ends with 1 where it finds nothing', async () => {
    const [exitCode, out, error] = await run('lesson', '--find', 'silense');
    expect([exitCode, out]).toEqual([1, '']);
    expect(error).toMatch(/^Nothing says “silense”\. Did you mean silence/);
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
    expect(error).toContain(`Usage: ${pnpm} new-lesson [options] <name>`);
  });
});

test('a verb whose output nobody reads any more ends without a word', async () => {
  const script = new URL('../../../../scripts/tap.ts', import.meta.url);
  const child = spawn(process.execPath, [fileURLToPath(script), '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  await once(child, 'close');
  expect(said).toBe('');
});

describe('a mistake is told in a sentence', () => {
  const saved = 'shared/home/figure/recordings/polling.pcapng';
  const here = fileURLToPath(import.meta.url);

  test.each([
    ['lesson', 'sse', '--seed=x'],
    ['tap', 'http://localhost:1', '--seed=x'],
    ['compare', '--seed=x'],
    ['wire', saved, '--unit=x'],
    ['soak', '--times=x'],
    ['bench', 'start', '--times=x'],
  ])('%s %s %s: no number', async (...words) => {
    const [verb = '', ...rest] = words;
    const [exitCode, out, error] = await run(verb, ...rest);
    expect([exitCode, out]).toEqual([2, '']);
    expect(error).toMatch(
      /^error: option '--(?:seed|unit|times) <n>' argument 'x' is invalid\. Expected a whole number from \d\.\n/,
    );
  });

  test.each([
    [['wire', saved, '--html', join(here, 'x.html')], 'a part of this path'],
    [['wire', saved, '--html', tmpdir()], 'this is a folder'],
    [['wire', saved, '--html', '/no/such/x.html'], 'there is no such file'],
    [['wire', tmpdir()], 'is a folder; expected a file that was saved'],
    [['compare', '--html', join(here, 'x.html')], 'a part of this path'],
    [['compare', '--claims', '--record', here], 'something is there already'],
    [['bench', 'start', '--json', tmpdir()], 'this is a folder'],
    [['exercise', 'sse/1', '--try', 'wrong'], 'sse/1 has no answer "wrong"'],
    [['exercise', 'sse/1', '--try', '../x.ts'], 'There is no file ../x.ts in '],
    [
      ['exercise', 'sse/1', '--try', 'right/lf-only'],
      'sse/1 has no answer "right/lf-only". Did you mean "wrong/lf-only"? It has ',
    ],
    [
      ['exercise', 'sse/1', '--write', 'lf-onyl'],
      'sse/1 has no answer "lf-onyl". Did you mean "lf-only"? It has wrong/comment-of-one-line, ',
    ],
  ] as const)('%j: %s', async ([verb, ...words], why) => {
    const [exitCode, out, error] = await run(verb, ...words);
    expect([exitCode, out]).toEqual([verb === 'exercise' ? 2 : 1, '']);
    expect(error).toContain(why);
    expect(error).toMatch(/^[^\n]+\n$/);
  });
});
