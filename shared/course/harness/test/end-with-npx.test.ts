import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { findNpx } from '../end-with-npx.ts';

// Looking it up again would take npx to the registry.
const pnpm = (process.env['PATH'] ?? '')
  .split(delimiter)
  .map((folder) => join(folder, 'pnpm'))
  .find((path) => existsSync(path));
const verb = fileURLToPath(
  new URL('../../../../scripts/verb.cjs', import.meta.url),
);

const scratch = mkdtempSync(join(tmpdir(), 'npx-'));
const cleanUp: (() => unknown)[] = [
  () => rmSync(scratch, { recursive: true, force: true }),
];
afterAll(() => {
  for (const action of cleanUp) action();
});

/** A folder in which `npx pnpm` runs the pnpm that runs these tests. */
function project(scripts: Record<string, string>): string {
  const made = mkdtempSync(join(scratch, 'in-'));
  mkdirSync(join(made, 'node_modules/.bin'), { recursive: true });
  symlinkSync(pnpm!, join(made, 'node_modules/.bin/pnpm'));
  const json = JSON.stringify({ private: true, scripts });
  writeFileSync(join(made, 'package.json'), json);
  return made;
}

// On Windows there are no signals, and npx is not looked for.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeOnUnix('When only npx is ended', () => {
  test.each(['SIGTERM', 'SIGKILL'] as const)(
    'by %s, harness and lesson end, too, and their ports are free',
    async (signal) => {
      const port = await freeAdjacentPorts();
      const cwd = project({ lesson: `"${process.execPath}" "${verb}" lesson` });
      const words = ['-y', 'pnpm', 'lesson', 'sse', '--no-open'];
      const npx = spawn('npx', [...words, '--port', `${port}`], {
        cwd,
        stdio: ['ignore', 'pipe', 'inherit'],
        detached: true,
      });
      cleanUp.push(() => npx.kill('SIGKILL'));
      // It closes when nobody of them holds the other end.
      const silence = once(npx.stdout, 'close');
      const lines = createInterface({ input: npx.stdout });
      for await (const line of lines) if (line.includes('Ctrl+C')) break;
      npx.stdout.resume();
      npx.kill(signal);
      await silence;
      for (const at of [port, port + 1])
        await expect(rawClient(at)).rejects.toThrow('ECONNREFUSED');
    },
  );
});

describe('The npx that is watched', () => {
  const verbOf = (...above: string[]) => {
    // 1 is the verb's parent, and so on.
    const read = (id: number) => {
      const command = above[id - 1];
      return command === undefined ? undefined : { parent: id + 1, command };
    };
    return findNpx(1, read);
  };

  test.each<[string, number, string[]]>([
    [
      'has pnpm of its cache',
      4,
      [
        'sh -c trap …; node scripts/verb.cjs lesson sse',
        'pnpm lesson sse',
        "sh -c 'pnpm' lesson sse",
        'npm exec pnpm lesson sse',
        '-bash',
      ],
    ],
    [
      'has one that is run by Node',
      4,
      [
        'sh -c node scripts/verb.cjs lesson sse',
        'node /usr/lib/node_modules/pnpm/bin/pnpm.cjs lesson sse',
        "/bin/sh -c 'pnpm' lesson sse",
        'node /usr/bin/npx -y pnpm lesson sse',
      ],
    ],
  ])('%s', (_what, id, above) => {
    expect(verbOf(...above)).toBe(id);
  });

  test.each<[string, string[]]>([
    ['pnpm by itself', ['sh -c node x', 'pnpm lesson sse', '-bash']],
    [
      'a terminal that npx has started',
      ['sh -c node x', 'pnpm lesson', 'bash', 'npm exec code-server'],
    ],
    [
      'a test that npx has started',
      ['pnpm lesson', 'node /c/node_modules/.pnpm/jest/x.js', 'npm exec pnpm'],
    ],
    ['npm run', ['sh -c node x', 'npm run lesson', '-zsh']],
    ['a parent that is gone', ['sh -c node x']],
  ])('is not there: %s', (_what, above) => {
    expect(verbOf(...above)).toBeUndefined();
  });
});
