/** What a forwarded page wants is asked for in a real terminal. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import {
  execFile,
  spawn,
  spawnSync,
} from '@on-the-wire/system/programs/start.ts';

const asks = fileURLToPath(new URL('asks.ts', import.meta.url));

const hasTerminal =
  process.platform === 'linux' &&
  spawnSync('script', ['--version']).status === 0;
if (!hasTerminal)
  process.stderr.write(
    'Skipped what is asked in a terminal: it needs script of util-linux.\n',
  );

const testIfInstalled = hasTerminal ? test : test.skip;

testIfInstalled(
  'One question after the other, each once, and it ends by itself',
  async () => {
    for (const [mode, typed, outcome] of [
      ['', ['y\r', 'n\r'], 'fulfilled rejected fulfilled'],
      ['', ['no\r', 'Y\r'], 'rejected fulfilled rejected'],
      ['', ['\r', '\r'], 'rejected rejected rejected'],
      ['raw', ['y', 'n'], 'fulfilled rejected fulfilled'],
    ] as const)
      expect(await said(mode, typed)).toMatch(bothThen(outcome));
  },
);

testIfInstalled('Ctrl+D is no, and to all that follows', async () => {
  const seen = await said('', ['\x04']);
  expect(seen).toMatch(/rejected rejected rejected\s*$/);
});

/** Both questions, and then this. */
const bothThen = (outcome: string) =>
  new RegExp(
    `start\\s+lessons[^]+keep\\s+your\\s+progress[^]+\\n${outcome}\\s*$`,
  );

/** What a terminal shows in which this was typed after each question. */
async function said(mode: string, typed: readonly string[]): Promise<string> {
  const command = `"${process.execPath}" "${asks}" ${mode}`;
  const terminal = spawn('script', ['-qfec', command, '/dev/null']);
  let seen = '';
  let asked = 0;
  terminal.stdout.on('data', (bytes) => {
    seen += String(bytes);
    const questions = seen.split(/\(y or n[^)]*\)/).length - 1;
    while (asked < questions) terminal.stdin.write(typed[asked++]!);
  });
  await once(terminal, 'close');
  return seen;
}

test('Without a terminal nothing is allowed, and nothing asked', async () => {
  const { stdout } = await execFile(process.execPath, [asks]);
  expect(stdout).toBe('rejected rejected rejected\n');
});
