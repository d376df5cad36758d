/**
 * What nginx does to an event stream, with its defaults and with one line of
 * configuration: the claim about buffering proxies says it.
 */
import {
  spawn,
  spawnSync,
  type ChildProcess,
} from '@on-the-wire/system/programs/start.ts';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { watch } from 'node:fs/promises';
import { createServer, request, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { listen } from '@on-the-wire/system/listen.ts';

/** Bytes of an event, and ms between two of them. */
const [SIZE, PAUSE] = [150, 30];

// Debian has it where only root looks.
const program = ['nginx', '/usr/sbin/nginx'].find(
  (each) => spawnSync(each, ['-v']).status === 0,
);
const version = /nginx\/([\d.]+)/.exec(
  program ? String(spawnSync(program, ['-v']).stderr) : '',
)?.[1];
if (!version) process.stderr.write('Skipped: nginx is not installed.\n');

/** Whether HTTP/1.1 to the upstream is its default: since 1.29.7. */
const isSince1297 =
  (version ?? '').localeCompare('1.29.7', 'en', { numeric: true }) >= 0;

let written = 0;
const upstream = createServer(({ url }, response) => {
  written = 0;
  response.setHeader('Content-Type', 'text/event-stream');
  if (url === '/header') response.setHeader('X-Accel-Buffering', 'no');
  const timer = setInterval(() => {
    written += 1;
    const id = `id: ${written}\ndata: `;
    response.write(`${id}${'x'.repeat(SIZE - id.length - 2)}\n\n`);
  }, PAUSE);
  response.on('close', () => clearInterval(timer));
});

// oxlint-disable-next-line jest/no-disabled-tests -- only where it cannot run
(version ? describe : describe.skip)(`nginx ${version}`, () => {
  let folder: string;
  let nginx: ChildProcess;
  beforeAll(async () => {
    const { port } = await listen(upstream);
    folder = mkdtempSync(join(tmpdir(), 'nginx-'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const pass = `proxy_pass http://127.0.0.1:${port};`;
    writeFileSync(
      join(folder, 'nginx.conf'),
      `daemon off; worker_processes 1; pid ${folder}/pid;
      error_log ${folder}/errors; events {}
      http {
        access_log off;
        ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n')}
        server {
          listen unix:${folder}/socket;
          location / { ${pass} }
          location /off { proxy_buffering off; ${pass} }
          location /version { proxy_http_version 1.1; ${pass} }
        }
      }`,
    );
    // It writes its pid when it listens.
    const changes = watch(folder, { signal: AbortSignal.timeout(60_000) });
    const started = (async () => {
      for await (const { filename } of changes) if (filename === 'pid') return;
    })();
    nginx = spawn(program!, ['-c', join(folder, 'nginx.conf')], {
      stdio: 'ignore',
    });
    await started;
  });
  afterAll(async () => {
    nginx.kill('SIGTERM');
    await once(nginx, 'exit');
    rmSync(folder, { recursive: true, force: true });
    upstream.closeAllConnections();
    upstream.close();
  });

  /** Events that were written when the first arrived, and bytes that came. */
  async function firstThrough(path: string) {
    const sent = request({ socketPath: join(folder, 'socket'), path });
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    const [bytes] = (await once(response, 'data')) as [Buffer];
    const before = written;
    response.on('error', () => {});
    sent.destroy();
    return { before, size: bytes.length };
  }

  test('with its defaults hands events on in clumps of 4,096 bytes', async () => {
    const { before, size } = await firstThrough('/');
    if (isSince1297) expect(size % SIZE).toBe(0);
    else {
      // The buffer holds the header section of the response, too.
      expect(size).toBeGreaterThan(3_800);
      expect(size).toBeLessThanOrEqual(4_096);
      expect(before).toBeGreaterThan(3_800 / SIZE);
    }
  });

  test.each([
    ['proxy_buffering off', '/off'],
    ['proxy_http_version 1.1', '/version'],
    ['X-Accel-Buffering: no from the upstream', '/header'],
  ])('with %s hands each on at once', async (_line, path) => {
    const { before, size } = await firstThrough(path);
    // A machine that is busy may read a few together, never a buffer full.
    expect(size % SIZE).toBe(0);
    expect(size).toBeLessThan(3_800);
    expect(before).toBeLessThan(3_800 / SIZE);
  });
});
