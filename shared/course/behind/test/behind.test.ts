/** A lesson behind a real proxy, with the learner's file between them. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { get as getSecure } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { findProxy, howToInstall, titleOf } from '@on-the-wire/proxies/find.ts';
import { programs } from '@on-the-wire/proxies/programs.ts';
import { localCertificate } from '@on-the-wire/system/certificates/certificates.ts';
import { isFree } from '@on-the-wire/system/ports.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { parseFaults } from '@on-the-wire/tap/tap.ts';
import { freeAdjacentPorts } from '@on-the-wire/testing/adjacent-ports.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { runLesson, type RunOptions } from '../../harness/run-lesson.ts';
import {
  goodManifest,
  honestServer,
  scratch,
} from '../../harness/test/scratch-lesson.ts';
import { readLessons } from '../../progress/lesson-progress.ts';
import { chooseProxy } from '../choice.ts';

const { root, lesson, remove } = scratch();
const closing = closingAfterEach();
afterAll(remove);

type Scratch = ReturnType<typeof lesson>;

async function run(found: Scratch, options: RunOptions = {}, tls = false) {
  const written: string[] = [];
  const stream = new PassThrough().on('data', (text) =>
    written.push(`${text}`),
  );
  const started = await runLesson(found, {
    port: await freeAdjacentPorts(3),
    terminal: { stdout: stream, stderr: stream },
    behind: chooseProxy(found, 'nginx', { tls }),
    ...options,
  });
  closing.push(started.stop);
  const { state } = started.server;
  const all = () => stripVTControlCharacters(written.join(''));
  return {
    ...started,
    async ready() {
      while (state.current.status !== 'ready') await once(state, 'change');
    },
    /** Waits until this was printed since the last time that it was asked. */
    async said(text: string) {
      while (!all().includes(text)) await once(stream, 'data');
      const printed = all();
      written.length = 0;
      return printed;
    },
  };
}

/** Requests once, on a connection of its own. */
async function request(url: string, ca = '') {
  const sent = url.startsWith('https:')
    ? getSecure(url, { agent: false, ca })
    : get(url, { agent: false });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let body = '';
  for await (const text of response.setEncoding('utf8')) body += text;
  return { status: response.statusCode, headers: response.headers, body };
}

const fileOf = ({ folder }: Scratch) =>
  join(folder, 'workspace/behind/nginx.conf');
const named = (header: string) =>
  `location / { proxy_pass http://lesson; add_header X-Lines ${header}; }\n`;

if (!findProxy('nginx'))
  process.stderr.write(`Skipped: ${howToInstall('nginx')}\n`);

// oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
(findProxy('nginx') ? describe : describe.skip)('a lesson behind nginx', () => {
  test('is called through it, and each side is a link of its own', async () => {
    const one = lesson('sides', { 'server.ts': honestServer });
    const { ready, said, lessonUrl, tap } = await run(one);
    await ready();
    expect(await said('Stop')).toContain(
      `  Page     ${lessonUrl}\n` +
        `  Behind   ${titleOf(findProxy('nginx')!)}, with ` +
        'lessons/sides/workspace/behind/nginx.conf\n',
    );
    const { status, headers } = await request(lessonUrl);
    expect(status).toBe(200);
    expect(headers['server']).toMatch(/^nginx/);
    expect(tap.links).toEqual(['browser-nginx', 'nginx-lesson']);
    const starts = tap.recording
      .connections()
      .map(({ connection, opened: { link } }) => {
        const head = tap.recording.bytes(connection, 'up', 0, 14);
        return `${link}: ${head?.toString('latin1').slice(0, 14)}`;
      });
    expect(starts).toEqual([
      'browser-nginx: GET / HTTP/1.1',
      'nginx-lesson: GET / HTTP/1.0',
    ]);
    // A fault strikes one side alone.
    tap.setFaults(parseFaults(['down@nginx-lesson']));
    expect((await request(lessonUrl)).status).toBe(502);
  });

  test('takes what is saved; after a mistake it goes on as it was', async () => {
    const saved = lesson('saved', { 'server.ts': honestServer });
    await mkdir(join(saved.folder, 'workspace/behind'), { recursive: true });
    // What is there already is the learner's, and stays.
    await writeFile(fileOf(saved), named('first'));
    const { ready, said, lessonUrl } = await run(saved);
    await ready();
    const lines = async () => {
      const { status, headers } = await request(lessonUrl);
      return headers['x-lines'] ?? status;
    };
    expect(await lines()).toBe('first');
    expect(await readFile(fileOf(saved), 'utf8')).toBe(named('first'));

    await writeFile(fileOf(saved), named('second'));
    await said('saved: nginx reloaded in');
    expect(await lines()).toBe('second');

    await writeFile(fileOf(saved), 'location / {\n  proxxy_pass x;\n}\n');
    const told = await said('waiting for the next save');
    expect(told).toMatch(/unknown directive "proxxy_pass" in \S*nginx.conf:2/);
    expect(told).toContain('nginx goes on with the lines before');
    expect(told).not.toContain('at async');
    expect(await lines()).toBe('second');

    await rm(fileOf(saved));
    await said('workspace/behind/nginx.conf cannot be read');
    expect(await lines()).toBe('second');

    await writeFile(fileOf(saved), named('third'));
    await said('saved: nginx reloaded in');
    expect(await lines()).toBe('third');
  });

  test('opens its side trip, whose actions see what the program takes', async () => {
    const trip = `# Far (5 min)

**Start it.** \`npx -y pnpm lesson trip --behind nginx\`.

## 1. Save (5 min)

**Do.** Save. <!-- do: file workspace/behind/nginx.conf saved -->
`;
    const far = lesson('trip', {
      'server.ts': honestServer,
      'README.md': '# Trip\n',
      'side-trips/far/README.md': trip,
    });
    const progress = join(far.folder, 'progress.json');
    const { ready, said, shellUrl } = await run(far, { progress });
    await ready();
    await said(`  Lesson   ${shellUrl}#far\n`);
    await request(`${shellUrl}tutorial`);
    await fetch(`${shellUrl}run/begin`, {
      method: 'POST',
      body: JSON.stringify({ step: 'far-step-1' }),
    });
    const done = () => readLessons(progress)['trip']?.steps['far-step-1']?.done;
    await writeFile(fileOf(far), 'location {');
    await said('waiting for the next save');
    expect(done()).toBeUndefined();
    await writeFile(fileOf(far), named('far'));
    await said('saved: nginx reloaded in');
    expect(done()).toEqual(expect.any(String));
  });

  test('that does not start with its lines starts when they are mended', async () => {
    const broken = lesson('broken', { 'server.ts': honestServer });
    await mkdir(join(broken.folder, 'workspace/behind'), { recursive: true });
    await writeFile(fileOf(broken), 'nonsense;\n');
    const { said, ready, lessonUrl } = await run(broken);
    await said('nginx does not run: waiting for the next save');
    await ready();
    await writeFile(fileOf(broken), named('mended'));
    await said('saved: nginx started in');
    expect((await request(lessonUrl)).headers['x-lines']).toBe('mended');
  });

  test('is away while it restarts: that is the 502', async () => {
    const gone = lesson('gone', { 'server.ts': honestServer });
    const { ready, said, server, lessonUrl } = await run(gone);
    await ready();
    expect((await request(lessonUrl)).status).toBe(200);
    gone.save('server.ts', 'nowhere();');
    while (server.state.current.status !== 'crashed')
      await once(server.state, 'change');
    expect((await request(lessonUrl)).status).toBe(502);
    // As without a tap between: nobody listens, and it was not reset.
    await said('Connection refused');
    gone.save('server.ts', honestServer);
    await ready();
    while ((await request(lessonUrl)).status !== 200);
  });

  test('has a proxy at each address, and with --tls an https origin', async () => {
    const server = `
import { createServer } from 'node:http';

const { PORT, PORT_OTHER, URL_OTHER, ORIGINS } = process.env;
createServer((_, response) => response.end([URL_OTHER, ORIGINS].join(' ')))
  .listen(Number(PORT), '127.0.0.1');
createServer((_, response) => response.end('the other one'))
  .listen(Number(PORT_OTHER), '127.0.0.1');
`;
    const two = lesson(
      'two',
      { 'server.ts': server },
      { ...goodManifest, addresses: ['other'] },
    );
    const { ready, lessonUrl, otherUrls, tap } = await run(two, {}, true);
    await ready();
    const { cert } = await localCertificate();
    const { origin, port } = new URL(lessonUrl);
    expect(origin).toBe(`https://127.0.0.1:${port}`);
    expect((await request(lessonUrl, cert)).body).toBe(
      `${otherUrls['other']} ${origin},https://localhost:${port}`,
    );
    expect((await request(otherUrls['other']!, cert)).body).toBe(
      'the other one',
    );
    const opened = tap.recording.connections().map((each) => each.opened);
    expect(opened.map(({ link, encrypted }) => [link, encrypted])).toEqual([
      ['browser-nginx', true],
      ['nginx-lesson', false],
      ['browser-nginx-other', true],
      ['nginx-other', false],
    ]);
  });

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'After %s of the harness no nginx is left, and nothing of what it wrote',
    async (signal) => {
      const name = `left${signal.toLowerCase()}`;
      lesson(name, { 'server.ts': honestServer });
      const temporary = mkdtempSync(join(tmpdir(), 'left-'));
      closing.push(() => rmSync(temporary, { recursive: true, force: true }));
      const script = new URL(
        '../../harness/test/run-scratch-lesson.ts',
        import.meta.url,
      );
      const port = await freeAdjacentPorts(2);
      const harness = spawn(
        process.execPath,
        [fileURLToPath(script), root, name, `${port}`, 'server', 'nginx'],
        {
          stdio: ['ignore', 'pipe', 'inherit'],
          env: { ...process.env, TMPDIR: temporary },
        },
      );
      closing.push(() => harness.kill('SIGKILL'));
      let printed = '';
      await new Promise<void>((resolve) =>
        harness.stdout.setEncoding('utf8').on('data', (text) => {
          printed += text;
          if (printed.includes('Stop')) resolve();
        }),
      );
      const folders = () =>
        readdirSync(temporary).filter((each) => each.includes('nginx'));
      const [folder] = folders();
      const frame = join(temporary, folder!, 'frame.conf');
      const listens = /listen 127.0.0.1:(\d+)/.exec(
        readFileSync(frame, 'utf8'),
      );
      const front = Number(listens?.[1]);
      expect(await isFree(front)).toBe(false);
      const exit = once(harness, 'exit');
      harness.kill(signal);
      await exit;
      // A watcher ends it, and removes its folder last; a thread of what is
      // over may hold the port a moment longer.
      while (!(await isFree(front)) || folders().length > 0) await after(10);
      expect(folders()).toEqual([]);
    },
  );
});

test('Where the program is not installed, the lesson runs without it', async () => {
  const alone = lesson('alone', { 'server.ts': honestServer });
  const behind = { program: programs.nginx, installed: undefined, tls: false };
  const { ready, said, lessonUrl, tap } = await run(alone, { behind });
  await ready();
  expect(await said('Stop')).toContain(howToInstall('nginx'));
  expect((await request(lessonUrl)).status).toBe(200);
  expect(tap.links).toEqual([]);
});
