import { afterEach, describe, expect, test } from '@jest/globals';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { execFile, fork, spawn, spawnSync } from '../start.ts';

/** Writes 42 to both of its outputs. */
const program = fileURLToPath(new URL('number.ts', import.meta.url));
const node = process.execPath;

async function textOf(stream: Readable | null): Promise<string> {
  let text = '';
  for await (const piece of stream!.setEncoding('utf8')) text += piece;
  return text;
}

/** Each way to start it, and what is read of its outputs. */
const ways: [name: string, outputs: () => Promise<string[]>][] = [
  [
    'spawn',
    async () => {
      const { stdout, stderr } = spawn(node, [program]);
      return Promise.all([textOf(stdout), textOf(stderr)]);
    },
  ],
  [
    'spawn, only one of them read',
    async () => {
      const stdio = ['ignore', 'ignore', 'pipe'] as const;
      const { stderr } = spawn(node, [program], { stdio: [...stdio] });
      return ['42\n', await textOf(stderr)];
    },
  ],
  [
    'spawn, with an environment of its own',
    async () => {
      const env = { ...process.env, PORT: '0' };
      const { stdout, stderr } = spawn(node, [program], { env });
      return Promise.all([textOf(stdout), textOf(stderr)]);
    },
  ],
  [
    'spawnSync',
    async () => {
      const { output } = spawnSync(node, [program], { encoding: 'utf8' });
      return output.slice(1) as string[];
    },
  ],
  [
    'fork',
    async () => {
      const { stdout, stderr } = fork(program, [], { silent: true });
      return Promise.all([textOf(stdout), textOf(stderr)]);
    },
  ],
  [
    'execFile',
    async () => {
      const { stdout, stderr } = await execFile(node, [program]);
      return [stdout, stderr];
    },
  ],
];

const before = process.env['FORCE_COLOR'];
afterEach(() => {
  process.env['FORCE_COLOR'] = before;
  if (before === undefined) delete process.env['FORCE_COLOR'];
});

describe('what is read has no colours, whatever is forced', () => {
  test.each(ways)('%s', async (_way, outputs) => {
    process.env['FORCE_COLOR'] = '1';
    expect(await outputs()).toEqual(['42\n', '42\n']);
  });
});

test('what goes to our own terminal decides for itself', async () => {
  // Between this test and the program stands one whose outputs it takes over.
  const helper = JSON.stringify(import.meta.resolve('../start.ts'));
  const begin =
    `import { fork, spawn, spawnSync } from ${helper};` +
    "process.env.FORCE_COLOR = '1'; delete process.env.NO_COLOR;" +
    `const program = [process.execPath, [${JSON.stringify(program)}]];`;
  const starts = [
    "spawn(...program, { stdio: 'inherit' });",
    "spawn(...program, { stdio: ['ignore', 1, process.stderr] });",
    "spawnSync(...program, { stdio: 'inherit' });",
    'fork(program[1][0], [], { execArgv: [] });',
  ];
  const outputs = await Promise.all(
    starts.map((start) =>
      execFile(node, ['--input-type=module', '--eval', begin + start]),
    ),
  );
  const coloured = '\u001b[33m42\u001b[39m\n';
  expect(outputs).toEqual(
    starts.map(() => ({ stdout: coloured, stderr: coloured })),
  );
});
