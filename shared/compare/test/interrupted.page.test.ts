import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { describeWithBrowser } from '../../testing/describe-with-browser.ts';
import { listen } from '../../testing/listen.ts';

jest.setTimeout(60_000); // It starts a browser, and the machine may be busy.

const script = fileURLToPath(
  new URL('../../../scripts/compare.ts', import.meta.url),
);
const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
const preload = join(folder, 'preload.mjs');
const door = createServer();

beforeAll(async () => {
  const { port } = await listen(door);
  // The process of a compared server says when it has been told to make
  // updates, so that its answer is still to come; its end closes the socket.
  writeFileSync(
    preload,
    `import { connect } from 'node:net';
if (process.argv[1]?.endsWith('host.ts')) {
  const socket = connect(${port}, '127.0.0.1').unref();
  process.on('message', ({ what, count }) => {
    if (what === 'tell' && count > 1) socket.write('telling');
  });
}`,
  );
});
afterAll(() => {
  door.close();
  rmSync(folder, { recursive: true });
});

/** Runs it as the shell of a terminal does: in a group of its own. */
function run(...words: string[]) {
  const child = spawn(process.execPath, [script, ...words], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--import=${pathToFileURL(preload)}` },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => (said += text));
  // Not before the last process that could still write to it has ended.
  const over = once(child, 'close');
  return {
    child,
    /** Sends a signal to all of the group, and waits for its end. */
    async interrupt(signal: NodeJS.Signals) {
      process.kill(-child.pid!, signal);
      const [code] = await over;
      return { code, said: stripVTControlCharacters(said) };
    },
  };
}

const line = 'Stopped before the end: nothing is reported.\n';

describeWithBrowser('what is interrupted', () => {
  // There are no groups and no signals on Windows.
  const onUnix = process.platform === 'win32' ? test.skip : test;

  onUnix.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    'a comparison ends after %s with one line',
    async (signal, code) => {
      const connected = once(door, 'connection');
      const { interrupt } = run('--quick', '--only', 'sse');
      const [host] = (await connected) as [Socket];
      await once(host, 'data');
      const hostEnded = once(host, 'close');
      host.on('error', () => {}); // a killed process resets its connection
      expect(await interrupt(signal)).toEqual({
        code,
        said: `1 of 1: Server-Sent Events, HTTP/1.1\n${line}`,
      });
      await hostEnded;
    },
  );

  onUnix('claims that were not settled have no verdict', async () => {
    const { child, interrupt } = run('--claims', '--http', '1.1');
    await once(child.stderr, 'data');
    const { code, said } = await interrupt('SIGINT');
    expect(code).toBe(130);
    expect(said).not.toContain('CONTRADICTS');
    expect(said).not.toContain('    at ');
    expect(said.endsWith(line)).toBe(true);
  });
});
