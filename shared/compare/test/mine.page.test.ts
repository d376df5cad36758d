/** The learner's servers beside ours: their files run, and fail as theirs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findExercises } from '@on-the-wire/course/exercise/exercises.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { findTransports } from '../compare.ts';
import { measureTurn } from '../measure.ts';
import { mineMustStart, withMine } from '../transports/mine.ts';
import { nameOfTransport } from '../transports/transports.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mine-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The way on sse whose first exercise is such a file. */
async function waysWith(name: string, write: (solution: string) => string) {
  const copy = join(folder, name);
  const exercises = findExercises().map((exercise) => ({
    ...exercise,
    copy: exercise.id === 'sse/1' ? copy : join(folder, 'not-begun.ts'),
  }));
  const { solution } = exercises.find(({ id }) => id === 'sse/1')!;
  await writeFile(copy, write(pathToFileURL(solution).href));
  return withMine(findTransports(['sse', 'polling'], ['1.1']), exercises);
}

const conditions = {
  updates: 3,
  every: 20,
  seed: 'test',
  faults: [],
  recover: false,
};

describeWithBrowser('the learner’s own server', (browser) => {
  test('stands after ours, and runs with their file', async () => {
    // The query makes it another module: the solution itself is replaced.
    const transports = await waysWith(
      'theirs.ts',
      (solution) =>
        `export { encodeComment } from '${solution}?ours';\n` +
        `import { encodeEvent as ours } from '${solution}?ours';\n` +
        'export const encodeEvent = (event) =>' +
        " ': this one is mine\\n' + ours(event);\n",
    );
    expect(transports.map(nameOfTransport)).toEqual([
      'polling over HTTP/1.1',
      'sse over HTTP/1.1',
      'sse over HTTP/1.1, yours',
    ]);
    const [, ours, theirs] = await Promise.all(
      transports.map((transport) =>
        measureTurn(transport, browser(), conditions),
      ),
    );
    expect(theirs!.delivery).toMatchObject({ lost: 0, doubled: 0 });
    // A comment in each of three events, and no chunk's size gets longer.
    const more = Buffer.byteLength(': this one is mine\n');
    expect(theirs!.traffic.down - ours!.traffic.down).toBe(3 * more);
  });

  test('fails as theirs where it does not load', async () => {
    const transports = await waysWith(
      'broken.ts',
      () =>
        'export const encodeEvent = String, encodeComment = String;' +
        "throw new Error('no train today');",
    );
    await expect(
      measureTurn(transports.at(-1)!, browser(), conditions),
    ).rejects.toThrow(/with your files in it, .*no train today/);
    // And before anything is measured.
    await expect(mineMustStart(transports)).rejects.toThrow(
      /^With your files the server of the lesson "sse" does not start: .*no train today\n.*exercise --mine sse$/s,
    );
  });

  test('fails as theirs where it crashes later', async () => {
    const transports = await waysWith(
      'crashing.ts',
      (solution) =>
        `export { encodeComment } from '${solution}?crashing';\n` +
        'export const encodeEvent = () => ' +
        "process.kill(process.pid, 'SIGKILL');\n",
    );
    await expect(
      measureTurn(transports.at(-1)!, browser(), conditions),
      // Windows has no signals.
    ).rejects.toThrow(
      process.platform === 'win32'
        ? /with your files in it, .*exit code 1/
        : /with your files in it, .*SIGKILL/,
    );
  });
});

test('says how to begin where nothing was begun', () => {
  const exercises = findExercises().map((exercise) => ({
    ...exercise,
    copy: '/nowhere',
  }));
  const all = () => withMine(findTransports(), exercises);
  expect(all).toThrow(
    'You have not begun an exercise of a lesson that is compared',
  );
  expect(all).toThrow('pnpm exercise sse/1');
});
