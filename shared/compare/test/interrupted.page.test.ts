import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { describeWithBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { listen } from '@on-the-wire/system/listen.ts';

const script = fileURLToPath(
  new URL('../../../scripts/compare.ts', import.meta.url),
);
const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
const preload = join(folder, 'preload.mjs');
const door = createServer();

beforeAll(async () => {
  const { port } = await listen(door);
  // The process of a compared server says when it has been asked to make
  // updates, so that its response is still to come; its end closes the socket.
  writeFileSync(
    preload,
    `import { connect } from 'node:net';
if (process.argv[1]?.endsWith('host.ts')) {
  const socket = connect(${port}, '127.0.0.1').unref();
  process.on('message', ({ what, count }) => {
    if (what === 'update' && count > 1) socket.write('updating');
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
    /** Sends SIGINT to all of the group, and waits for its end. */
    async interrupt() {
      process.kill(-child.pid!, 'SIGINT');
      const [code] = await over;
      return { code, said: stripVTControlCharacters(said) };
    },
  };
}

const line = 'Stopped before the end: nothing is reported.\n';

// There are no groups and no signals on Windows.
const describeOnUnix = process.platform === 'win32' ? describe.skip : describe;

describeWithBrowser('what is interrupted', () => {
  describeOnUnix('on Unix', () => {
    test('a comparison ends with one line', async () => {
      const connected = once(door, 'connection');
      const { interrupt } = run('--quick', '--only', 'sse');
      const [host] = (await connected) as [Socket];
      await once(host, 'data');
      const hostEnded = once(host, 'close');
      host.on('error', () => {}); // a killed process resets its connection
      expect(await interrupt()).toEqual({
        code: 130,
        said: `1 of 1: Server-Sent Events, HTTP/1.1\n${line}`,
      });
      await hostEnded;
    });

    test('claims that were not settled have no verdict', async () => {
      const { child, interrupt } = run('--claims', '--http', '1.1');
      await once(child.stderr, 'data');
      const { code, said } = await interrupt();
      expect(code).toBe(130);
      expect(said).not.toContain('CONTRADICTS');
      expect(said).not.toContain('    at ');
      expect(said.endsWith(line)).toBe(true);
    });
  });
});
