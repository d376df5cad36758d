import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { findProxy, titleOf } from '@on-the-wire/proxies/find.ts';
import { execFile, spawn } from '@on-the-wire/system/programs/start.ts';

const script = fileURLToPath(
  new URL('../../../scripts/compare.ts', import.meta.url),
);
const folder = mkdtempSync(join(tmpdir(), 'compare-proxies-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command, and tells how it ended and what it said. */
function compare(words: string[], env: NodeJS.ProcessEnv = process.env) {
  const args = [script, '--proxies', ...words];
  return execFile(process.execPath, args, { env }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

const nginx = findProxy('nginx');
if (!nginx) process.stderr.write('Skipped: nginx is not installed.\n');

// oxlint-disable-next-line jest/no-disabled-tests -- only where it cannot run
(nginx ? describe : describe.skip)('pnpm compare --proxies', () => {
  test('says how long it takes, measures, and saves', async () => {
    const saved = join(folder, 'saved');
    const { code, stdout, stderr } = await compare([
      '--only',
      'nginx,seen-host',
      '--record',
      saved,
    ]);
    expect(stderr).toMatch(/^This takes some 15 s\.\n/);
    expect(stderr).toContain(
      `${titleOf(nginx!)}, HTTP/1.1, The server sees: Host: the upstream’s\n`,
    );
    expect(stdout).toMatch(/^\nOver HTTP\/1\.1\s+nginx\n/);
    expect(stdout).toMatch(/\nThe server sees: Host\s+the upstream’s\n/);
    expect(code).toBe(0);
    expect(readdirSync(saved).toSorted()).toEqual([
      'nginx_seen-host_1.1.pcapng',
      'nginx_seen-host_2.pcapng',
    ]);
  });

  test('--quick names what it leaves out', async () => {
    const { stderr, code } = await compare(
      '--quick --only nginx,idle,seen-host --http 1.1'.split(' '),
    );
    expect(stderr).toMatch(
      /^This takes some 15 s\. It leaves out what waits for a timeout: Idle timeout/,
    );
    expect(stderr).not.toMatch(/HTTP\/1\.1, Idle timeout/);
    expect(code).toBe(0);
  });

  test('ended by Ctrl+C, leaves nothing behind', async () => {
    const temporary = join(folder, 'temporary');
    mkdirSync(temporary);
    const child = spawn(
      process.execPath,
      [script, '--proxies', '--only', 'nginx,idle,seen-host,refused'],
      { env: { ...process.env, TMPDIR: temporary } },
    );
    child.stdout!.resume();
    let said = '';
    // Read on to its end: a terminal does not go away at Ctrl+C.
    child.stderr!.on('data', (part) => {
      said += String(part);
      // The first of them, whichever it is: the others go on.
      if (!child.killed && said.includes(', HTTP/1.1, ')) child.kill('SIGINT');
    });
    const [code] = await once(child, 'exit');
    expect(code).toBe(130);
    // What is ended beside it takes a moment.
    for (let n = 0; n < 300 && left(temporary).length > 0; n += 1)
      await after(50);
    expect(left(temporary)).toEqual([]);
  });
});

describe('pnpm compare --proxies, whatever is installed', () => {
  test('says how to get a program that is not installed, and shows our run', async () => {
    // What Debian has where only root looks is found without a path, too.
    const caddy = findProxy('caddy');
    const isHidden = !caddy || dirname(caddy.path) === '/usr/bin';
    if (!isHidden) return;
    const env = { ...process.env, PATH: dirname(process.execPath) };
    const { stdout, code } = await compare(['--only', 'caddy,websocket'], env);
    expect(stdout).toMatch(/Over HTTP\/1\.1\s+Caddy \(our run\)/);
    expect(stdout).toMatch(/\nWebSocket by default\s+101\n/);
    expect(stdout).toMatch(
      /\nCaddy is not installed: .*\. What the table says of it is our run of \d{4}-/,
    );
    expect(code).toBe(0);
  });

  test('names what there is, where a name is none', async () => {
    const { code, stderr } = await compare(['--only', 'apache3']);
    expect(stderr).toMatch(
      /^There is no proxy and no question "apache3"\. There are the proxies nginx, .*, and the questions first-event, /,
    );
    expect(code).toBe(2);
  });

  test('--write takes the whole table', async () => {
    const { code, stderr } = await compare(['--write', '--quick']);
    expect(stderr).toBe('--write takes the whole table.\n');
    expect(code).toBe(2);
  });
});

/** What is still there: folders, and processes that run in one of them. */
function left(temporary: string): string[] {
  const running = readdirSync('/proc').flatMap((id) => {
    try {
      const at = readlinkSync(`/proc/${id}/cwd`);
      return at.startsWith(temporary) ? [`process ${id} in ${at}`] : [];
    } catch {
      return []; // No process, over, or another user's.
    }
  });
  return [...readdirSync(temporary), ...running];
}
