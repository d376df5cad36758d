import { once } from 'node:events';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, test } from '@jest/globals';
import { transform } from 'esbuild';
import { spawn } from '@on-the-wire/system/programs/start.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const entry = 'scripts/verb.cjs';
const [ours] = process.versions.node.split('.');
const pnpm12 = 'pnpm/12.21.0 npm/? node/v20.20.2 linux x64';

const scratch = mkdtempSync(join(tmpdir(), 'first-command-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

interface Clone {
  folder?: string;
  /** The Node that is called ours, by its major version. */
  node?: string | undefined;
  installed?: boolean;
  /** The verb that is typed, as TypeScript. */
  verb?: string;
}

/** Makes a clone as small as can be, with one verb: `say`. */
function clone({
  folder = 'clone',
  node = ours,
  installed = true,
  verb = "console.log('said');",
}: Clone = {}) {
  const tree = join(mkdtempSync(join(scratch, 'in-')), folder);
  mkdirSync(join(tree, 'scripts'), { recursive: true });
  copyFileSync(join(root, entry), join(tree, entry));
  copyFileSync(join(root, 'package.json'), join(tree, 'package.json'));
  writeFileSync(join(tree, 'scripts/say.ts'), verb);
  writeFileSync(join(tree, 'pnpm-workspace.yaml'), `nodeVersion: ${node}.0.0`);
  if (installed) {
    mkdirSync(join(tree, 'node_modules'));
    writeFileSync(join(tree, 'node_modules/.modules.yaml'), '');
  }
  return tree;
}

/** Types `say` and some words there, as a package manager would run it. */
async function say(tree: string, words: string[], agent?: string) {
  const env = {
    ...process.env,
    npm_config_user_agent: agent,
    npm_config_npm_version: undefined, // No npx has started it.
  };
  const args = [join(tree, entry), 'say', ...words];
  const child = spawn(process.execPath, args, { env });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { pid: child.pid, code: code as unknown, out, err };
}

test('The entry of every verb is JavaScript of Node 18', async () => {
  const script = readFileSync(join(root, entry), 'utf8');
  const [newest, oldest] = await Promise.all(
    ['esnext', 'node18.0'].map((target) => transform(script, { target })),
  );
  expect(oldest!.code).toBe(newest!.code);
  // Not even what Node 18.0 had no module for.
  const modules = [...script.matchAll(/require\('(.*)'\)/g)];
  expect(modules.map(([, name]) => name)).toEqual([
    'node:child_process',
    'node:fs',
    'node:path',
  ]);
});

test('A verb runs in the process that was started, with its words', async () => {
  const verb =
    'const [, file, ...words]: string[] = process.argv;\n' +
    'console.log(process.pid, file, words.join());';
  const tree = clone({ verb });
  const { pid, code, out } = await say(tree, ['a b', '--flag'], pnpm12);
  const file = join(tree, 'scripts/say.ts');
  expect([code, out]).toEqual([0, `${pid} ${file} a b,--flag\n`]);
});

describe('In one sentence, and the line to type:', () => {
  const refusals: [what: string, Clone, agent: string, last: string][] = [
    [
      'an older pnpm has installed nothing',
      { installed: false },
      'pnpm/9.15.9 npm/? node/v20.20.2 linux x64',
      'pnpm 9.15.9 has not installed what the course needs: that takes pnpm 12.\n' +
        'Type: npx -y pnpm@12 say sse "two words"\n',
    ],
    [
      'the registry could not be reached',
      { installed: false },
      pnpm12,
      'What the course needs could not be fetched from the npm registry: see ' +
        'above why.\nWith a network, and without a proxy that does not respond, ' +
        'type the same again: npx -y pnpm say sse "two words"\n',
    ],
    [
      'npm does not install',
      { installed: false },
      'npm/11.19.1 node/v20.20.2 linux x64 workspaces/false',
      'What the course needs is not installed; pnpm does that.\n' +
        'Type: npx -y pnpm say sse "two words"\n',
    ],
    [
      'what has come by a pull is not installed',
      { verb: "import 'a-new-package';" },
      'pnpm/9.15.9 npm/? node/v20.20.2 linux x64',
      'pnpm 9.15.9 has not installed what the course needs: that takes pnpm 12.\n' +
        'Type: npx -y pnpm@12 say sse "two words"\n',
    ],
    [
      'another Node than ours',
      { node: '18' },
      pnpm12,
      `The course runs on the Node 18 that it has installed, and this is Node ${process.versions.node}.\n` +
        'Type: npx -y pnpm say sse "two words"\n',
    ],
  ];
  test.each(refusals)('%s', async (_what, made, agent, last) => {
    const words = ['sse', 'two words'];
    const { code, out, err } = await say(clone(made), words, agent);
    expect([code, out, err]).toEqual([1, '', `\n${last}`]);
  });
});

// Windows has neither in a name.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('Where no verb can run', () => {
  test.each([':', '\\'])('a folder with "%s" in its name', async (mark) => {
    const tree = clone({ folder: `HTTP${mark}2` });
    const { code, out, err } = await say(tree, ['sse'], pnpm12);
    expect([code, out]).toEqual([1, '']);
    expect(err).toBe(
      `\nThe course cannot run in a folder with "${mark}" in its path: ${tree}\n` +
        'Clone it into another, and type there: npx -y pnpm say sse\n',
    );
  });
});

test('What is wrong in a verb itself is not called a missing package', async () => {
  const { err } = await say(clone({ verb: "import './gone.ts';" }), [], pnpm12);
  expect(err).toContain('ERR_MODULE_NOT_FOUND');
});
