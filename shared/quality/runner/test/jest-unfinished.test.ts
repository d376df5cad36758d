/** A run that is ended says what it was at, and what had passed by then. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { outcomeOf } from '../outcome.ts';
import { root } from '../run-tests.ts';
import type { Results } from '../soak.ts';

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

/** Runs jest with files of tests of its own, in a process for each. */
async function start(files: Record<string, string>, options = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'unfinished-'));
  cleanUp.push(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files))
    await writeFile(join(folder, `${name}.test.js`), text);
  const ours = (name: string) => new URL(`../${name}`, import.meta.url);
  const config = {
    rootDir: folder,
    transform: {},
    reporters: [[ours('jest-unfinished.ts').pathname, options]],
  };
  const results = join(folder, 'results.json');
  const child = spawn(
    process.execPath,
    [
      '--import',
      ours('jest-ends.ts').href,
      join(root, 'node_modules/jest/bin/jest.js'),
      `--config=${JSON.stringify(config)}`,
      '--json',
      `--outputFile=${results}`,
      '--maxWorkers=2',
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  cleanUp.push(() => child.kill('SIGKILL'));
  const ended = once(child, 'close');
  let said = '';
  child.stderr.on('data', (text) => (said += String(text)));
  return {
    child,
    async over() {
      const [code] = (await ended) as [number];
      const read = JSON.parse(await readFile(results, 'utf8')) as Results;
      return { code, said, outcome: outcomeOf(read).lines };
    },
  };
}

/** A file with a test that passes, and one that says so and then does not end. */
const stays = (how: string) => `
  test('passes', () => {});
  test('stays', async () => {
    require('fs').writeSync(1, 'stays\\n');
    ${how}
  });`;
const waits = stays('await new Promise(() => {});');
const blocks = stays(
  `require('fs').writeSync(1, process.pid + '\\n');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);`,
);

// Windows has no signals: there it ends at once, whatever there is to say.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('By a signal', () => {
  test('what passed counts, what ran has failed', async () => {
    const { child, over } = await start({ one: waits, other: waits });
    let lines = 0;
    await new Promise<void>((resolve) =>
      createInterface({ input: child.stdout }).on('line', () => {
        if ((lines += 1) === 2) resolve();
      }),
    );
    child.kill('SIGTERM');
    const { code, said, outcome } = await over();
    expect(code).toBe(143);
    expect(outcome.toSorted()).toEqual([
      '2 passed, 2 failed, 0 skipped',
      expect.stringMatching(
        /^FAILED: one\.test\.js: stays: not finished after \d+ s$/,
      ),
      expect.stringMatching(/^FAILED: other\.test\.js: stays: not finished/),
    ]);
    expect(said).toMatch(/^one\.test\.js: stays: not finished after \d+ s$/m);
  });
});

test('By itself, where a process hangs in which a test could time out', async () => {
  const files = { one: blocks, other: `test('passes', () => {});` };
  const { child, over } = await start(files, { silent: 10_000 });
  let written = '';
  child.stdout.on('data', (text) => (written += String(text)));
  const { code, outcome } = await over();
  expect(code).toBe(1);
  const [, hung] = /^stays\n(\d+)$/m.exec(written)!;
  expect(() => process.kill(Number(hung), 0)).toThrow('ESRCH');
  expect(outcome).toEqual([
    expect.stringMatching(
      /^FAILED: one\.test\.js: stays: not finished after [1-9]\d+ s$/,
    ),
    '2 passed, 1 failed, 0 skipped',
  ]);
});

test('A run that ends is jest’s own affair', async () => {
  const fails = `${waits.replace('await', 'throw')}`;
  const { child, over } = await start({ one: fails, other: fails });
  child.stdout.resume();
  const { code, said, outcome } = await over();
  expect(code).toBe(1);
  expect(said).not.toContain('not finished');
  expect(outcome.at(-1)).toBe('2 passed, 2 failed, 0 skipped');
});
