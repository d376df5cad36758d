import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkOpenings } from '../openings.ts';
import { checkReadmeLists } from '../readme-lists.ts';
import { checkLessonShape } from '../lesson-shape.ts';
import { checkNumbers } from '../numbers.ts';
import { checkStandards } from '../standards.ts';
import { checkFormat, checkLint, checkTypes } from '../tools.ts';
import { checkTutorials } from '../tutorial.ts';
import { checkWords } from '../words.ts';
import { execFile } from '@on-the-wire/system/programs/start.ts';
import {
  findLesson,
  findLessons,
} from '@on-the-wire/course/harness/lessons.ts';
import {
  listInTable,
  listInTree,
} from '@on-the-wire/course/harness/list-lesson.ts';
import { newLesson } from '@on-the-wire/course/harness/new-lesson.ts';
import { runLesson } from '@on-the-wire/course/harness/run-lesson.ts';
import {
  goodManifest,
  portsFor,
  scratch,
} from '@on-the-wire/course/harness/test/scratch-lesson.ts';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const { tree, root, lesson, remove } = scratch();
afterAll(remove);

/** Does what `pnpm install` would: links packages into a folder. */
function install(folder: string, packages: Record<string, string>) {
  for (const [name, target] of Object.entries(packages)) {
    const path = join(folder, 'node_modules', name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path, 'junction');
  }
}

/** The packages that are installed in a folder, by their names. */
function installedIn(folder: string): Record<string, string> {
  const modules = join(folder, 'node_modules');
  const names = readdirSync(modules).flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inside) => `${name}/${inside}`)
      : name,
  );
  return Object.fromEntries(
    names
      .filter((name) => !name.startsWith('.'))
      .map((name) => [name, realpathSync(join(modules, name))]),
  );
}

describe('A new lesson', () => {
  let made: string[];

  beforeAll(() => {
    lesson('fifth', {}, { ...goodManifest, order: 5 });
    const settings =
      /^(?:package\.json|tsconfig.*|\.(?:gitignore|prettier.+|oxlint.+))$/;
    for (const file of readdirSync(repository))
      if (settings.test(file)) cpSync(join(repository, file), join(tree, file));
    made = newLesson('long-polling', root);
    // It has the dependencies that lessons have.
    install(join(root, 'long-polling'), installedIn(findLessons()[0]!.folder));
    install(tree, installedIn(repository));
  });

  test('has the files of every lesson', () => {
    expect(made).toEqual([
      'README.md',
      'package.json',
      'page/index.html',
      'page/page.css',
      'page/page.ts',
      'server.ts',
      'smallest.ts',
      'test/page.test.ts',
      'test/server.test.ts',
    ]);
  });

  test('shows up in the list, as the last', () => {
    const names = findLessons(root).map(({ name }) => name);
    expect(names).toEqual(['fifth', 'long-polling']);
    expect(findLesson('long-polling', root).manifest).toEqual({
      title: 'Long polling',
      question: 'How does a client keep asking for news?',
      order: 6,
      minutes: 12,
    });
  });

  test('is listed: a row of README.md, a line of the tree in CONTRIBUTING.md', async () => {
    const found = findLesson('long-polling', root);
    const added = (file: string, put: typeof listInTable) => {
      const before = readFileSync(join(repository, file), 'utf8');
      const after = put(before, found)!;
      const more = after
        .split('\n')
        .filter((line) => !before.split('\n').includes(line));
      expect(after.split('\n')).toHaveLength(before.split('\n').length + 1);
      return { file, before, after, more };
    };
    const files = [
      added('README.md', listInTable),
      added('CONTRIBUTING.md', listInTree),
    ];
    expect(files.map(({ more }) => more)).toEqual([
      [
        '| 6 | [Long polling](lessons/long-polling/README.md) | ' +
          'How does a client keep asking for news? | 12 |',
      ],
      ['│   ├── long-polling/   Long polling'],
    ]);
    const missed = async (when: 'before' | 'after') => {
      for (const each of files)
        writeFileSync(join(tree, each.file), each[when]);
      const findings = await checkReadmeLists(tree);
      return findings.filter((each) => each.found.includes('long-polling'));
    };
    expect(await missed('before')).toHaveLength(2);
    expect(await missed('after')).toEqual([]);
  });

  test.each([listInTable, listInTree])(
    'is not listed where there is no place for it',
    (put) => {
      const found = findLesson('long-polling', root);
      expect(put('# Nothing\n', found)).toBeUndefined();
    },
  );

  test('has tests that pass', async () => {
    const { stderr } = await execFile(
      process.execPath,
      [
        '--experimental-vm-modules',
        join(repository, 'node_modules/jest/bin/jest.js'),
        '--runInBand',
      ],
      { cwd: tree },
    );
    expect(stderr).toMatch(/Tests: +(?:1 skipped, )?[34] passed, 4 total/);
  });

  test('passes the checks of code and of prose', async () => {
    const findings = [
      ...(await checkLessonShape(tree)),
      ...(await checkTutorials(tree)),
      ...(await checkOpenings(tree)),
      ...(await checkNumbers(tree)),
      ...(await checkStandards(tree)),
      ...(await checkWords(tree)),
      ...(await checkTypes(tree)),
      ...(await checkLint(tree)),
      ...(await checkFormat(tree)),
    ];
    // The fifth lesson is nothing but its manifest; README.md is the tree's.
    const ofIt = findings.filter(({ file }) => file.includes('long-polling'));
    expect(ofIt).toEqual([]);
  });

  test.each(['server.ts', 'smallest.ts'])('runs its %s', async (file) => {
    const stream = new PassThrough().resume();
    const { lessonUrl, server, stop } = await runLesson(
      findLesson('long-polling', root),
      {
        port: await portsFor(5),
        smallest: file === 'smallest.ts',
        terminal: { stdout: stream, stderr: stream },
      },
    );
    const { state } = server;
    while (state.current.status !== 'ready') await once(state, 'change');
    const response = await fetch(lessonUrl);
    expect(await response.text()).toContain(
      file === 'server.ts' ? '<h1>Long polling</h1>' : '{"departed":',
    );
    await stop();
  });

  test.each(['Long', 'long_polling', '-a', 'a-', '9a', '../a', 'a/b', ''])(
    'cannot be called "%s"',
    (name) => {
      expect(() => newLesson(name, root)).toThrow(
        `"${name}" will not do as a lesson's name: expected lower-case`,
      );
    },
  );

  test('cannot have the name of another', () => {
    expect(() => newLesson('fifth', root)).toThrow(
      expect.objectContaining({
        exitCode: 2,
        message: expect.stringMatching(/^There is a lesson "fifth" already/),
      }),
    );
  });
});
