import { afterAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { watch } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { filesOfTests, findTests, flagsOfJest, root } from '../run-tests.ts';
import { failuresOf, findNetworkTests } from '../soak.ts';

const tree = await mkdtemp(join(tmpdir(), 'tests-'));
afterAll(() => rm(tree, { recursive: true, force: true }));
for (const folder of [
  'lessons/sse/test',
  'shared/tap/test/far',
  'shared/board',
  'shared/course/shell/test',
  'shared/course/harness/test',
])
  await mkdir(join(tree, folder), { recursive: true });
for (const file of [
  'lessons/sse/test/server.test.ts',
  'lessons/sse/test/client.ts',
  'shared/tap/test/far/server.test.ts',
])
  await writeFile(join(tree, file), '');

describe('tests are found by the name', () => {
  test.each([
    ['of a lesson', ['sse'], ['lessons/sse/test']],
    ['of a package of shared', ['tap'], ['shared/tap/test']],
    ['of a folder in one', ['shell'], ['shared/course/shell/test']],
    [
      'of one with several folders',
      ['course'],
      ['shared/course/harness/test', 'shared/course/shell/test'],
    ],
    ['of several', ['tap', 'sse'], ['shared/tap/test', 'lessons/sse/test']],
    ['of nothing', [], []],
  ])('%s', (_what, names, folders) => {
    expect(findTests(names, tree)).toEqual(folders);
  });

  test.each(['sso', 'board', '../sse', 'constructor'])(
    '%s names none: the nearest is suggested',
    (name) => {
      expect(() => findTests([name], tree)).toThrow(UsageError);
      expect(() => findTests([name], tree)).toThrow(
        /Did you mean "\w+"\? There are: course, harness, shell, tap, sse\./,
      );
    },
  );

  test('of the network: a lesson without tests has none to run again', async () => {
    const all = join(tree, 'network');
    const folders = [
      'lessons/sse/test',
      'lessons/gone/node_modules',
      ...(await readdir(join(root, 'shared'))).map((of) => `shared/${of}/test`),
    ];
    for (const folder of folders)
      await mkdir(join(all, folder), { recursive: true });
    const found = findNetworkTests(all);
    expect(found).toContain('lessons/sse/test');
    expect(found).toContain('shared/tap/test');
    expect(found).not.toContain('shared/quality/test');
  });
});

describe('what follows a --', () => {
  const sse = ['lessons/sse/test'];

  test('begins with words for paths, which are no regular expressions', () => {
    expect(filesOfTests([], tree)).toEqual([
      'shared/tap/test/far/server.test.ts',
      'lessons/sse/test/server.test.ts',
    ]);
    expect(flagsOfJest(sse, ['server.test', 'r.t', '-t', 'a.b'], tree)).toEqual(
      ['server\\.test', 'r\\.t', '-t', 'a.b'],
    );
    expect(flagsOfJest(sse, ['--verbose'], tree)).toEqual(['--verbose']);
    expect(flagsOfJest([], ['far/s'], tree)).toEqual(['far/s']);
  });

  test.each(['far', 'server_test', 'client', '.*'])(
    '%s is in the path of no file of the lesson: the nearest is suggested',
    (word) => {
      expect(() => flagsOfJest(sse, [word], tree)).toThrow(
        new UsageError(
          `Of 1 files of tests in lessons/sse/test none has "${word}" in its path. ` +
            'Did you mean "server.test.ts"?',
          2,
        ),
      );
    },
  );
});

describe('pnpm test', () => {
  /** What the script ends with, and says on standard error. */
  async function run(...args: string[]) {
    const child = spawn(process.execPath, ['scripts/test.ts', ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      // The results of this run are not those of the run that we are in.
      env: { ...process.env, TEST_RESULTS: undefined },
    });
    let said = '';
    child.stderr.on('data', (text) => (said += String(text)));
    const [code] = (await once(child, 'close')) as [number];
    return { code, said };
  }

  test('refuses a name that names no tests, with 2', async () => {
    const { code, said } = await run('testin');
    expect(said).toContain('Did you mean "testing"?');
    expect(code).toBe(2);
  });

  test('refuses an unknown flag, with its help and 2', async () => {
    const { code, said } = await run('--nonsense');
    expect(said).toContain(
      'pnpm test [name...] [-- [word...] [flags of jest]]',
    );
    expect(code).toBe(2);
  });

  test('hands flags after -- to jest, and its exit code back', async () => {
    const words = 'testing -- run-tests -t soak';
    const passed = await run(...words.split(' '));
    expect(passed).toEqual({
      code: 0,
      // The other files of the folder were not even looked at.
      said: expect.stringMatching(/^Test Suites: 1 passed, 1 total$/m),
    });
    const { code } = await run('testing', '--', '--nonsense');
    expect(code).toBe(1);
  });
});

// Windows has no signals: there it ends at once, whatever there is to tidy.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('pnpm test that is interrupted', () => {
  test('leaves no temporary file', async () => {
    const folder = join(tree, 'temporary');
    await mkdir(folder);
    const run = () => {
      const child = spawn(
        process.execPath,
        ['scripts/test.ts', 'certificates'],
        {
          cwd: root,
          stdio: 'ignore',
          env: { ...process.env, TEST_RESULTS: undefined, TMPDIR: folder },
        },
      );
      return { child, ended: once(child, 'close') };
    };
    for (let isInterrupted = false; !isInterrupted;) {
      const { child, ended } = run();
      try {
        const ofThisRun = await appears(folder, 'on-the-wire-');
        await appears(ofThisRun, 'certificates-');
        isInterrupted = child.kill('SIGINT');
      } catch {
        // It was over before we looked: nothing was interrupted.
      }
      await ended;
    }
    expect(await readdir(folder)).toEqual([]);
  });
});

/** Resolves when a folder has an entry whose name begins so. */
async function appears(folder: string, name: string): Promise<string> {
  const watcher = watch(folder);
  try {
    for (;;) {
      const changed = once(watcher, 'change');
      const entries = await readdir(folder);
      const found = entries.find((entry) => entry.startsWith(name));
      if (found !== undefined) return join(folder, found);
      await changed;
    }
  } finally {
    watcher.close();
  }
}

describe('of the results of jest', () => {
  const base = { name: 'a.test.ts', status: 'failed', message: 'Oh.' };

  test('each test that failed is told', () => {
    const assertionResults = [
      { fullName: 'one', status: 'passed', failureMessages: [] },
      { fullName: 'two', status: 'failed', failureMessages: ['no', 'way'] },
    ];
    const testResults = [{ ...base, assertionResults }];
    expect(failuresOf({ numPassedTests: 1, testResults })).toEqual([
      { name: 'two', message: 'no\nway' },
    ]);
  });

  test('a file that could not be loaded is told', () => {
    const testResults = [
      { ...base, assertionResults: [] },
      { ...base, status: 'passed', assertionResults: [] },
    ];
    expect(failuresOf({ numPassedTests: 0, testResults })).toEqual([
      { name: 'a.test.ts', message: 'Oh.' },
    ]);
  });
});

test('a soak in which no test ran has failed', () => {
  const nothing = { numPassedTests: 0, testResults: [] };
  expect(failuresOf(nothing)).toEqual([
    { name: 'no test ran', message: expect.any(String) },
  ]);
  expect(failuresOf({ ...nothing, numPassedTests: 1 })).toEqual([]);
});
