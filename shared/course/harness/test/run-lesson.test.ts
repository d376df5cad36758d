import { once } from 'node:events';
import { get } from 'node:http';
import { get as getSecure } from 'node:https';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import {
  certificateFile,
  localCertificate,
} from '@on-the-wire/system/certificates/certificates.ts';
import type { LessonState } from '@on-the-wire/lesson/lesson.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { runLesson, type RunOptions } from '../run-lesson.ts';
import {
  goodManifest,
  honestServer,
  portsFor,
  scratch,
} from './scratch-lesson.ts';

const { lesson, remove } = scratch();
const running: Awaited<ReturnType<typeof runLesson>>[] = [];
afterEach(() => Promise.all(running.splice(0).map(({ stop }) => stop())));
afterAll(remove);

/** Runs a lesson with a terminal that only this test reads. */
async function run(
  found: Parameters<typeof runLesson>[0],
  options: RunOptions = {},
) {
  const written: string[] = [];
  const stream = new PassThrough().on('data', (text) =>
    written.push(`${text}`),
  );
  const started = await runLesson(found, {
    port: await portsFor(3),
    terminal: { stdout: stream, stderr: stream },
    ...options,
  });
  running.push(started);
  const { state } = started.server;
  return {
    ...started,
    state,
    /** What it has written, without the colours of a test run in colour. */
    written: () => stripVTControlCharacters(written.join('')),
    /** Waits until the state is as wanted. */
    async until(wanted: (state: LessonState) => boolean) {
      while (!wanted(state.current)) await once(state, 'change');
      return state.current;
    },
  };
}

const isReady = ({ status }: LessonState) => status === 'ready';
const isCrashed = ({ status }: LessonState) => status === 'crashed';

/** Says what it offers, and where its other address is. */
const secureServer = `
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const pem = readFileSync(${JSON.stringify(certificateFile)});
const pair = { key: pem, cert: pem };
const { PORT, PORT_OTHER, URL_OTHER, ORIGINS } = process.env;
createServer({ ...pair, ALPNProtocols: ['h2', 'http/1.1'] }, (_, response) =>
  response.end(['h2', URL_OTHER, ORIGINS].join(' ')),
).listen(Number(PORT), '127.0.0.1');
createServer(pair, (_, response) => response.end('the other one'))
  .listen(Number(PORT_OTHER), '127.0.0.1');
`;

/** Asks once, on a connection of its own. */
async function ask(url: string, ca = ''): Promise<string> {
  const asked = url.startsWith('https:')
    ? getSecure(url, { agent: false, ...(ca && { ca }) })
    : get(url, { agent: false });
  const [answer] = await once(asked, 'response');
  let body = '';
  for await (const text of answer.setEncoding('utf8')) body += text;
  return body;
}

/** Ends a second and a half after SIGTERM, and says so. */
const slowToEnd = `
import { createServer } from 'node:http';

const { PORT, DRAIN_MS, HAND_OVER } = process.env;
console.log('told', JSON.stringify([DRAIN_MS, HAND_OVER]));
const server = createServer().listen(Number(PORT), '127.0.0.1');
process.once('SIGTERM', () => {
  setTimeout(() => {
    console.log('ended in order');
    server.close();
  }, 1_500);
});
`;

describe('A lesson that drains', () => {
  test('has its time before it is restarted, and a place to hand over', async () => {
    const trip =
      '# Far (5 min)\n\n**Start it.** `pnpm lesson slow --drain 5s`.\n';
    const slow = lesson('slow', {
      'server.ts': slowToEnd,
      'README.md': '# Slow\n',
      'side-trips/far/README.md': trip,
    });
    const { until, written, state } = await run(slow, { drainMs: 60_000 });
    expect(written()).toMatch(/^ {2}Lesson {3}\S+\/#far$/m);
    await until(isReady);
    slow.save('server.ts', `${slowToEnd}\n`);
    await once(state, 'change');
    await until(isReady);
    expect(written()).toMatch(/^lesson │ It drains, for up to 60 s$/m);
    expect(written()).toMatch(/^slow +│ ended in order$/m);
    const told = [...written().matchAll(/told (.*)$/gm)].map(
      ([, text]) => JSON.parse(text!) as unknown[],
    );
    expect(told).toEqual([
      ['60000', expect.stringMatching(/on-the-wire-feed-[-0-9a-f]+\.json$/)],
      told[0],
    ]);
  });

  test('is ended after a second, without a drain', async () => {
    const slow = lesson('hasty', { 'server.ts': slowToEnd });
    const { until, written, state } = await run(slow);
    await until(isReady);
    slow.save('server.ts', `${slowToEnd}\n`);
    await once(state, 'change');
    await until(isReady);
    expect(written()).not.toContain('ended in order');
    expect(written()).not.toContain('It drains');
    expect(written()).toContain('told [null,null]');
  });
});

describe('A running lesson', () => {
  test('has a shell, and keeps its address through saves and crashes', async () => {
    const one = lesson('one', {
      'server.ts': honestServer,
      'README.md': '# The tutorial of one\n',
      'page/page.ts': '1',
    });
    const { state, until, written, shellUrl, lessonUrl, stop } = await run(one);
    const statuses = [state.current.status];
    state.on('change', ({ status }) => {
      if (status !== statuses.at(-1)) statuses.push(status);
    });
    await until(isReady);
    expect(await ask(`${shellUrl}tutorial`)).toContain('The tutorial of one');
    const first = JSON.parse(await ask(lessonUrl));

    one.save('server.ts', `${honestServer}\n// saved`);
    await once(state, 'change');
    await until(isReady);
    const second = JSON.parse(await ask(lessonUrl));
    expect(second.pid).not.toBe(first.pid);
    expect(() => process.kill(first.pid, 0)).toThrow('ESRCH');
    expect(written()).toMatch(
      /^lesson │ server\.ts saved: restarted in \d+ ms$/m,
    );

    one.save('page/page.ts', '2');
    expect(await until(({ pageVersion }) => pageVersion === 2)).toEqual({
      status: 'ready',
      pageVersion: 2,
      tutorialVersion: 1,
    });
    one.save('README.md', '2');
    await until(({ tutorialVersion }) => tutorialVersion === 2);
    expect(JSON.parse(await ask(lessonUrl)).pid).toBe(second.pid);

    one.save('server.ts', 'const a = 1;\nconst = 2;\n');
    expect((await until(isCrashed)).crash).toMatchObject({
      message: expect.stringMatching(/^SyntaxError: Unexpected token/),
      file: 'server.ts',
      line: 2,
      column: 7,
    });
    expect(written()).toContain(
      'one    │   at server.ts:2:7\n' +
        'one    │ \n' +
        'one    │   const = 2;\n' +
        'one    │         ^\n' +
        'lesson │ Waiting for the next save\n',
    );
    // The page is loaded again only when there is somebody to send it.
    one.save('page/page.ts', '3');
    one.save('server.ts', honestServer);
    expect(await until(isReady)).toEqual({
      status: 'ready',
      pageVersion: 3,
      tutorialVersion: 2,
    });
    expect(statuses).toEqual(
      'starting ready restarting ready restarting crashed restarting ready'.split(
        ' ',
      ),
    );
    const { pid } = JSON.parse(await ask(lessonUrl));
    await Promise.all([stop(), stop()]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    await expect(ask(lessonUrl)).rejects.toThrow('ECONNREFUSED');
    await expect(ask(shellUrl!)).rejects.toThrow('ECONNREFUSED');
  });

  test('speaks TLS and has further addresses, each behind the tap', async () => {
    const secure = lesson(
      'secure',
      { 'server.ts': secureServer },
      {
        ...goodManifest,
        tls: true,
        addresses: ['other'],
      },
    );
    const port = await portsFor(3, 3);
    const { until, written, lessonUrl, otherUrls, tap } = await run(secure, {
      port,
    });
    await until(isReady);
    expect([lessonUrl, otherUrls]).toEqual([
      `https://127.0.0.1:${port + 1}/`,
      { other: `https://127.0.0.1:${port + 2}/` },
    ]);
    expect(written()).toContain(
      `  Lesson   http://127.0.0.1:${port}/\n` +
        `  Page     https://127.0.0.1:${port + 1}/\n` +
        `  Also     https://127.0.0.1:${port + 2}/ (other)\n`,
    );

    // A client that does not like the certificate breaks the handshake off.
    const stranger = await rawClient(port + 1);
    stranger.send('this is no ClientHello');
    expect(
      (await until(({ refused }) => refused !== undefined)).refused,
    ).toEqual([port + 1]);
    const { cert: ca } = await localCertificate();
    const own = ['127.0.0.1', 'localhost'];
    expect(await ask(lessonUrl, ca)).toBe(
      `h2 ${otherUrls['other']} ` +
        own.map((name) => `https://${name}:${port + 1}`).join(),
    );
    expect(await ask(otherUrls['other']!, ca)).toBe('the other one');
    expect((await until(({ refused }) => refused?.length === 0)).status).toBe(
      'ready',
    );
    expect(
      tap.recording
        .connections()
        .filter(({ up }) => up.bytes > 0)
        .map(({ opened }) => opened.port),
    ).toEqual([port + 1, port + 2]);
  });

  test('runs smallest.ts without a shell, and tells where to ask', async () => {
    const small = lesson('small', {
      'smallest.ts': `console.log('up');\nconsole.error('b\\nc');${honestServer}`,
    });
    const port = await portsFor(3);
    const { until, written, shellUrl } = await run(small, {
      port,
      smallest: true,
    });
    await until(isReady);
    expect(shellUrl).toBeUndefined();
    expect(written()).toContain(`
  Scratch
  Does it run?

  Running  smallest.ts, at http://127.0.0.1:${port + 1}/
  Try      curl -N -i http://127.0.0.1:${port + 1}/
  Stop     Ctrl+C

`);
    for (const line of ['up', 'b', 'c'])
      expect(written()).toContain(`small  │ ${line}\n`);
    await expect(ask(`http://127.0.0.1:${port}/`)).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  test('loses no save, however soon it comes after another', async () => {
    const busy = lesson('busy', { 'smallest.ts': honestServer });
    const { until, state, lessonUrl } = await run(busy, { smallest: true });
    await until(isReady);
    const answers = (n: number) =>
      honestServer.replace('JSON.stringify(', `'life ${n}' || (`);
    // One as each change of the state is told, so during stop and start, too.
    let n = 0;
    state.on('change', () => {
      if (n < 4) busy.save('smallest.ts', answers((n += 1)));
    });
    busy.save('smallest.ts', answers(0));
    for (;;) {
      await once(state, 'change');
      if (n < 4 || state.current.status !== 'ready') continue;
      if ((await ask(lessonUrl).catch(() => '')) === 'life 4') break;
    }
    expect(n).toBe(4);
  });

  test('is called crashed while it does not listen, until it does', async () => {
    const door = createServer((socket) => socket.unref()).unref();
    const { port } = await listen(door);
    const late = lesson('late', {
      // Listens once the door is closed.
      'smallest.ts': `
import { connect } from 'node:net';
connect(${port}, '127.0.0.1').on('error', () => {}).on('close', async () => {
${honestServer.replace(/import.*/, "const { createServer } = await import('node:http');")}
});`,
    });
    const knock = once(door, 'connection');
    const { until } = await run(late, { smallest: true, timeoutMs: 50 });
    expect((await until(isCrashed)).crash?.message).toMatch(
      /^smallest\.ts has not listened on port \d+ within 0\.05 s$/,
    );
    const [socket] = await knock;
    socket.destroy();
    expect((await until(isReady)).crash).toBeUndefined();
  });

  test('cannot be started without its file, and says so', async () => {
    const empty = lesson('empty', {});
    const attempt = runLesson(empty);
    await expect(attempt).rejects.toThrow(UsageError);
    await expect(attempt).rejects.toThrow(
      `The lesson "empty" cannot be started: there is no server.ts in ${empty.folder}.`,
    );
  });
});
