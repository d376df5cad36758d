/**
 * One student from end to end, in a terminal, keys pressed: a copy of the tree,
 * three exercises, the first made wrong at first, the third in a browser.
 * Needs a pseudo-terminal: `script` of util-linux.
 */
import { existsSync } from 'node:fs';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from '@jest/globals';
import {
  execFile,
  spawn,
  spawnSync,
} from '@on-the-wire/system/programs/start.ts';
import { findBrowser } from '@on-the-wire/browser/browser.ts';
import { answersOf, expand } from '../answers/answers.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

const hasTerminal =
  process.platform === 'linux' &&
  spawnSync('script', ['--version']).status === 0;
if (!hasTerminal)
  process.stderr.write('Skipped "a student": it needs script of util-linux.\n');
const testIfInstalled = hasTerminal ? test : test.skip;

/** The files that Git knows, and the packages, without a learner's work. */
async function copyTree(): Promise<string> {
  const tree = await mkdtemp(join(tmpdir(), 'student-'));
  const listed = [
    'ls-files',
    '-z',
    '--cached',
    '--others',
    '--exclude-standard',
  ];
  const { stdout } = await execFile('git', listed, { cwd: root });
  for (const file of stdout.split('\0')) {
    if (!/^(lessons|shared|scripts|package\.json)/.test(file)) continue;
    await mkdir(dirname(join(tree, file)), { recursive: true });
    await cp(join(root, file), join(tree, file));
  }
  // What is ours leads to the copy, by links such as ../../shared; all else to
  // what is installed here.
  const verbatim = { recursive: true, verbatimSymlinks: true };
  for (const file of stdout.split('\0')) {
    const modules = join(dirname(file), 'node_modules');
    if (!file.endsWith('/package.json') || !existsSync(join(root, modules)))
      continue;
    await cp(join(root, modules), join(tree, modules), verbatim);
  }
  await mkdir(join(tree, 'node_modules'));
  for (const name of await readdir(join(root, 'node_modules'))) {
    const [from, to] = [root, tree].map((at) => join(at, 'node_modules', name));
    if (name === '@on-the-wire') await cp(from!, to!, verbatim);
    else if (name !== '.cache') await symlink(from!, to!);
  }
  return tree;
}

testIfInstalled(
  'a student does three exercises, one of them wrong at first',
  async () => {
    const tree = await copyTree();
    const script = join(tree, 'scripts/exercise.ts');
    const node = `"${process.execPath}" "${script}"`;
    const terminal = spawn(
      'script',
      ['-qfec', `stty cols 100 rows 50; ${node} sse/1 --no-open`, '/dev/null'],
      { cwd: tree, env: { ...process.env, TERM: 'xterm' } },
    );
    const ended = new Promise((resolve) => terminal.on('close', resolve));
    let seen = '';
    let wake = () => {};
    terminal.stdout.on('data', (bytes) => {
      seen += stripVTControlCharacters(String(bytes)).replaceAll('\r', '');
      wake();
    });
    /** Waits for words on the screen, and takes all before them away. */
    const see = async (words: string) => {
      while (!seen.includes(words)) {
        if (terminal.exitCode !== null) throw new Error(`It ended:\n${seen}`);
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const before = seen.slice(0, seen.indexOf(words) + words.length);
      seen = seen.slice(before.length);
      return before;
    };
    const press = (key: string) => terminal.stdin.write(key);
    const folders = [
      '01-write-the-event',
      '02-resume-without-a-gap',
      '03-the-stream-that-comes-back',
    ];
    const pathOf = (kind: string, number: number) =>
      join(tree, 'lessons/sse', kind, folders[number]!);
    const solution = (number: number) =>
      join(pathOf('exercises', number), 'solution.ts');
    const save = (number: number, file = solution(number)) =>
      cp(file, join(pathOf('workspace', number), 'exercise.ts'));

    try {
      // What runs is said before there is a verdict.
      await see('Checking …');
      expect(await see('q quit')).toContain('\n  ✗ a text of several lines\n');
      await see('Not yet: sse/1 Write the event');
      press('h');
      await see('Hint 1 of 3');
      press('h');
      await see('Hint 2 of 3');
      press('h');
      await see('Hint 3 of 3');
      // Not the last one again.
      press('h');
      expect(await see('These were all hints')).not.toContain('Hint');
      await see('What must hold stands in HTML, 9.2.6. d shows the difference');
      press('d');
      await see('See the solution all the same?');
      press('x');
      await see('Then not.');
      const answers = answersOf(pathOf('exercises', 0));
      const lfOnly = answers.find(({ path }) => path === 'wrong/lf-only.ts')!;
      await save(0, expand(pathOf('exercises', 0), lfOnly));
      await see('Checking …');
      const wrong = await see('q quit');
      expect(wrong).toContain('A carriage return alone ends a line, too');
      expect(wrong).toMatch(/came {6}data: Platform 7\\rid: .*\n {30}\^ here/);
      await save(0);
      const right = answers.filter(({ kind }) => kind === 'right').length;
      await see(`from the solution, and ${right} other right ways`);
      await see('Next: sse/2 Resume without a gap. Press n.');
      await see('Passed: sse/1 Write the event, in ');
      press('d');
      await see('Other right ways:');
      await see('by-hand\n  Character by character, no regular expression.');
      await see('exercises/01-write-the-event/right/by-hand.ts');
      await see('Next: sse/2');

      press('n');
      await see('Not yet: sse/2');
      await save(1);
      await see('Passed: sse/2');
      press('r');
      await see('Start over?');
      press('y');
      await see('exercise-before-reset-1.ts');
      await see('Not yet: sse/2');
      await save(1);
      await see('Passed: sse/2');

      if (findBrowser()) {
        press('n');
        // It takes its time, and says what it is at.
        expect(await see('Not yet: sse/3')).toMatch(/Checking … \w+/);
        await save(2);
        await see('Passed: sse/3');
      }
      press('l');
      await see('✓ sse/2');
      await see(' left.');
      press('q');
      expect(await ended).toBe(0);

      const { stdout } = await execFile(process.execPath, [script], {
        cwd: tree,
      });
      expect(stdout).toContain('✓ sse/1');
      const all = [script, '--check-all'];
      const checked = await execFile(process.execPath, all, { cwd: tree });
      expect(checked.stdout).toContain('✓ sse/2 Resume without a gap\n');

      const one = (...words: string[]) =>
        spawnSync(process.execPath, [script, 'sse/1', ...words], {
          cwd: tree,
          encoding: 'utf8',
        });
      const mine = join(pathOf('workspace', 0), 'exercise.ts');
      const before = await readFile(mine, 'utf8');
      const written = one('--write', 'lf-only');
      expect(written.stdout).toMatch(
        /^Written: lessons\/sse\/workspace\/01-write-the-event\/wrong-lf-only\.ts\nTry it: .* exercise sse\/1 --try wrong-lf-only\.ts\n$/,
      );
      const tried = one('--try', 'wrong-lf-only.ts');
      expect(tried.status).toBe(1);
      expect(tried.stdout).toContain('A carriage return alone ends a line');
      expect(await readFile(mine, 'utf8')).toBe(before);
    } finally {
      terminal.kill('SIGKILL');
      await rm(tree, { recursive: true, force: true });
    }
  },
);
