/** A lesson that runs with a learner's files, while they are saved. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { expect, test } from '@jest/globals';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { runLesson } from '../../harness/run-lesson.ts';
import { findExercises } from '../exercises.ts';
import { runMine, watchMine } from '../mine.ts';

const closing = closingAfterEach();
const exercises = findExercises().filter(({ lesson }) => lesson.name === 'sse');
const { lesson } = exercises[0]!;

/** Makes the learner's files: a folder for each, and one that is begun. */
async function begin(text: string) {
  const workspace = await mkdtemp(join(tmpdir(), 'mine-'));
  closing.push(() => rm(workspace, { recursive: true, force: true }));
  const own = exercises.map((each) => ({
    ...each,
    copy: join(workspace, each.name, 'exercise.ts'),
  }));
  const save = async (number: number, code: string) => {
    const { copy } = own[number - 1]!;
    await mkdir(join(copy, '..'), { recursive: true });
    await writeFile(copy, code);
  };
  await save(1, text);
  return { workspace, own, save };
}

/** Our solution, as it is where it can import what it does from anywhere. */
const ours = (number: number) => {
  const { solution } = exercises[number - 1]!;
  return readFileSync(solution, 'utf8').replaceAll(
    /(?<= from ')(?:\.|@)[^']+/g,
    (path) => pathToFileURL(createRequire(solution).resolve(path)).href,
  );
};

test('each save of a learner’s file is seen, and after a crash mends it', async () => {
  const { workspace, own, save } = await begin(ours(1));
  const { file, flags, env } = runMine(lesson, own)!;
  Object.assign(process.env, env);
  closing.push(() => void delete process.env['INSTEAD_OF']);
  let printed = '';
  const stdout = new Writable({
    write(bytes, _encoding, done) {
      printed += String(bytes);
      done();
    },
  });
  const also = { ...watchMine(lesson, own), folder: workspace };
  const terminal = { stdout, stderr: stdout };
  const port = await freeAdjacentPorts();
  const options = { port, file, flags, also, terminal };
  const running = await runLesson(lesson, options);
  closing.push(running.stop);
  const { state } = running.server;
  const until = async (status: string, version = 1) => {
    while (
      state.current.status !== status ||
      state.current.pageVersion < version
    )
      await new Promise((resolve) => state.once('change', resolve));
    return state.current;
  };
  await until('ready');

  await save(1, 'export const = 1;\n');
  const { crash } = await until('crashed');
  expect(crash!.message).toMatch(/^SyntaxError: Unexpected token/);
  await save(1, ours(1));
  await until('ready');
  expect(printed).toContain('workspace/01-write-the-event/exercise.ts saved');

  // One that is begun meanwhile runs from then on.
  await save(
    4,
    'export const addReader = 0;\nthrow new Error("the fourth");\n',
  );
  expect((await until('crashed')).crash!.message).toContain('the fourth');
  await save(4, ours(4));
  await until('ready');

  // What runs in the page has it loaded again.
  const { pageVersion } = state.current;
  await save(3, ours(3));
  await until('restarting');
  await until('ready', pageVersion + 1);
});
