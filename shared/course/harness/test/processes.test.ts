import { once } from 'node:events';
import { get } from 'node:http';
import { createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import type { LessonState } from '@on-the-wire/lesson/lesson.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { closingAfterEach } from '@on-the-wire/testing/closing.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { parseFaults } from '@on-the-wire/tap/tap.ts';
import { planProcesses } from '../plan-processes.ts';
import { runLesson, type RunOptions } from '../run-lesson.ts';
import { goodManifest, portsFor, scratch } from './scratch-lesson.ts';

const { root, lesson, remove } = scratch();
const closing = closingAfterEach();
afterAll(remove);

/** Asks the one behind it, and says who both are. */
const gateway = `
import { createServer, get } from 'node:http';
import './common.ts';

const { PORT, BACK_URL, URL_FRONT, URL_SPARE, ORIGINS } = process.env;
createServer((request, response) => {
  get(BACK_URL, { agent: false }, async (answer) => {
    let back = '';
    for await (const text of answer) back += text;
    const pid = process.pid;
    const harness = process.ppid;
    const found = { URL_FRONT, URL_SPARE, ORIGINS };
    response.end(JSON.stringify({ pid, harness, back, ...found }));
  }).on('error', ({ code }) => response.writeHead(502).end(code));
}).listen(Number(PORT), '127.0.0.1');
console.log('listens');
`;
const back = `
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import './common.ts';

createServer((_, response) => response.end(String(process.pid)))
  .listen(Number(process.env.PORT), '127.0.0.1');
createTcpServer((socket) => socket.end(Buffer.of(0, 0, 0, 2, 104, 105)))
  .listen(Number(process.env.PORT_RAW), '127.0.0.1');
`;
const processes = {
  back: { addresses: { raw: 'frames' } },
  front: { file: 'server.ts', browsers: true, calls: ['back', 'raw'] },
  spare: { file: 'server.ts', browsers: true, calls: ['back'] },
};
const files = { 'server.ts': gateway, 'back.ts': back, 'common.ts': '' };
const make = (name: string, manifest = {}) =>
  lesson(name, files, { ...goodManifest, processes, ...manifest });

async function run(
  found: Parameters<typeof runLesson>[0],
  options: RunOptions = {},
) {
  const written: string[] = [];
  const stream = new PassThrough().on('data', (text) =>
    written.push(`${text}`),
  );
  const started = await runLesson(found, {
    port: await portsFor(9, 3),
    terminal: { stdout: stream, stderr: stream },
    ...options,
  });
  closing.push(started.stop);
  const { state } = started.server;
  return {
    ...started,
    written: () => stripVTControlCharacters(written.join('')),
    async until(wanted: LessonState['status']) {
      while (state.current.status !== wanted) await once(state, 'change');
      return state.current;
    },
    async said(text: string) {
      while (!stripVTControlCharacters(written.join('')).includes(text))
        await once(stream, 'data');
    },
  };
}

async function ask(url: string) {
  const [answer] = await once(get(url, { agent: false }), 'response');
  let body = '';
  for await (const text of answer.setEncoding('utf8')) body += text;
  return { status: answer.statusCode as number, body };
}
const pids = async (url: string) => {
  const { pid, back: other } = JSON.parse((await ask(url)).body);
  return { pid: pid as number, back: Number(other) };
};

test('Each process listens on its own port, and calls through a tap', async () => {
  const { until, lessonUrl, otherUrls, tap, said } = await run(make('two'));
  await until('ready');
  await said('front  │ listens');
  await said('spare  │ listens');
  const links: (string | undefined)[] = [];
  tap.on('open', ({ link }) => links.push(link));
  const front = JSON.parse((await ask(lessonUrl)).body);
  const spare = JSON.parse((await ask(otherUrls['spare']!)).body);
  expect(front.back).toBe(spare.back);
  expect(new Set([front.pid, spare.pid, Number(front.back)]).size).toBe(3);
  expect(front).toMatchObject({
    URL_FRONT: lessonUrl,
    URL_SPARE: otherUrls['spare'],
    ORIGINS: [lessonUrl, otherUrls['spare']!]
      .map((url) => new URL(url).origin)
      .flatMap((own) => [own, own.replace('127.0.0.1', 'localhost')])
      .join(),
  });
  expect(links).toEqual([
    'browser-front',
    'front-back',
    'browser-spare',
    'spare-back',
  ]);
});

test('A fault strikes one link alone', async () => {
  const { until, lessonUrl, otherUrls, tap } = await run(make('broken'), {
    faults: parseFaults(['down@front-back']),
  });
  await until('ready');
  expect(await ask(lessonUrl)).toEqual({ status: 502, body: 'ECONNRESET' });
  expect((await ask(otherUrls['spare']!)).status).toBe(200);
  tap.setFaults([]);
  expect((await ask(lessonUrl)).status).toBe(200);
  expect(() => tap.setFaults(parseFaults(['down@front-bakc']))).toThrow(
    'There is no link "front-bakc". There are: browser-front, browser-spare, ' +
      'front-back, front-raw, spare-back.',
  );
});

test('A saved file restarts its own processes, a common one all', async () => {
  const saved = make('saved');
  const { until, lessonUrl, said } = await run(saved);
  await until('ready');
  const first = await pids(lessonUrl);
  saved.save('back.ts', `${back}\n// saved`);
  await said('lesson │ back.ts saved: restarted in');
  const second = await pids(lessonUrl);
  expect(second.pid).toBe(first.pid);
  expect(second.back).not.toBe(first.back);
  saved.save('common.ts', '// saved');
  await said('lesson │ common.ts saved: restarted in');
  const third = await pids(lessonUrl);
  expect(third.pid).not.toBe(second.pid);
  expect(third.back).not.toBe(second.back);
});

test('A crash names process, file and line; a save mends it', async () => {
  const crashing = make('crashing');
  const { until, lessonUrl, said } = await run(crashing);
  await until('ready');
  crashing.save('back.ts', `${back}\nnowhere();\n`);
  const { crash } = await until('crashed');
  expect(crash).toMatchObject({
    message: 'ReferenceError: nowhere is not defined',
    file: 'back.ts',
    line: 11,
  });
  await said('back   │   at back.ts:11:1');
  // The others live on, and say what they see.
  expect((await ask(lessonUrl)).status).toBe(502);
  crashing.save('back.ts', back);
  await until('ready');
  expect((await ask(lessonUrl)).status).toBe(200);
});

test('A URL in the environment takes the place of a process', async () => {
  const found = make('given');
  const given = { BACK_URL: 'mqtt://me:secret@192.0.2.7' };
  const plan = await planProcesses(
    {
      ...found,
      manifest: {
        ...found.manifest,
        processes: {
          front: { file: 'server.ts', browsers: true, calls: ['back'] },
          back: { speaks: 'mqtt' },
        },
      },
    },
    4001,
    { given },
  );
  expect(plan.processes.map(({ name }) => name)).toEqual(['front']);
  const link = plan.links.find(({ name }) => name === 'front-back')!;
  expect(link.target).toEqual({ host: '192.0.2.7', port: 1883 });
  expect(plan.processes[0]!.environment['BACK_URL']).toBe(
    `mqtt://me:secret@127.0.0.1:${link.port}`,
  );
  expect(plan.notes).toEqual(['No back is started: BACK_URL names 192.0.2.7.']);
  await expect(
    planProcesses(found, 4001, { given: { BACK_URL: 'nonsense' } }),
  ).rejects.toThrow('BACK_URL is "nonsense": expected a URL with a host');
});

test.each([
  [[], 'lesson.processes'],
  [{ A: {} }, 'lesson.processes'],
  [{ a: { file: '../x.ts' } }, 'lesson.processes.a.file'],
  [{ a: { speaks: 'smtp' } }, 'lesson.processes.a.speaks'],
  [{ a: { addresses: { b: 'tcp' } } }, 'lesson.processes.a.addresses'],
  [{ a: { addresses: { a: 'http' } } }, 'lesson.processes.a'],
  [{ a: { calls: ['b'] } }, 'lesson.processes.a.calls'],
  [{ a: { file: 'server.ts' } }, 'lesson.processes'],
])('A manifest with %j is refused', (bad, field) => {
  expect(() => lesson('bad', {}, { ...goodManifest, processes: bad })).toThrow(
    `lessons/bad/package.json: the field "${field}" does not make sense.`,
  );
});

test.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)(
  'After %s no process is left',
  async (signal) => {
    // Each process holds a connection to this door for as long as it lives.
    const door = createServer();
    const { port: doorPort } = await listen(door);
    closing.push(() => door.close());
    const held: Promise<unknown>[] = [];
    door.on('connection', (socket) => {
      socket.on('error', () => {}).resume();
      held.push(new Promise((resolve) => socket.once('close', resolve)));
    });
    const name = `held${signal.toLowerCase()}`;
    const found = make(name);
    found.save(
      'common.ts',
      `import { connect } from 'node:net';\nconnect(${doorPort}, '127.0.0.1');\n`,
    );
    const port = await portsFor(9, 3);
    const script = new URL('run-scratch-lesson.ts', import.meta.url);
    const harness = spawn(
      process.execPath,
      [fileURLToPath(script), root, name, String(port), 'server'],
      { stdio: 'ignore' },
    );
    closing.push(() => harness.kill('SIGKILL'));
    while (held.length < 3) await once(door, 'connection');
    harness.kill(signal);
    await once(harness, 'exit');
    await Promise.all(held);
  },
);
