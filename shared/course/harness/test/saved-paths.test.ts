/** What is saved can be handed on: it tells nothing of the machine. */
import { once } from 'node:events';
import { homedir, hostname } from 'node:os';
import { PassThrough } from 'node:stream';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, afterEach, expect, test } from '@jest/globals';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import { findLesson } from '../lessons.ts';
import { runLesson } from '../run-lesson.ts';
import { portsFor, scratch } from './scratch-lesson.ts';

const { lesson, tree, remove } = scratch();
const clone = fileURLToPath(new URL('../../../../', import.meta.url));
const running: Awaited<ReturnType<typeof runLesson>>[] = [];
afterEach(() => Promise.all(running.splice(0).map(({ stop }) => stop())));
afterAll(remove);

async function run(found: FoundLesson, status: string) {
  const silent = new PassThrough().resume();
  const started = await runLesson(found, {
    port: await portsFor(7),
    terminal: { stdout: silent, stderr: silent },
  });
  running.push(started);
  const { state } = started.server;
  const until = async (wanted: string) => {
    while (state.current.status !== wanted) await once(state, 'change');
  };
  await until(status);
  return { ...started, until };
}

/** What each kind of file has in it, as text. */
async function saved(shellUrl = ''): Promise<string[]> {
  const get = async (path: string) =>
    Buffer.from(
      await (await fetch(`${shellUrl}wire/run.${path}`)).arrayBuffer(),
    ).toString('latin1');
  const page = await get('html?secrets=yes');
  const inside = /id="recording"[^>]*>\s*([^<]+)/.exec(page)?.[1] ?? '';
  return [
    await get('pcapng?secrets=yes'),
    page,
    gunzipSync(Buffer.from(inside, 'base64')).toString('latin1'),
  ];
}

/** In which of the texts something of this machine is. */
function told(texts: string[], folder: string): string[] {
  // In words that are short or common it could stand by chance.
  const names = [folder, clone, tree, `${homedir()}/`, hostname()];
  const hidden = names
    .map((name) => name.replace(/[\\/]$/, ''))
    .filter((name) => name.length > 5)
    .flatMap((name) => [
      name,
      name.replaceAll('\\', '/'),
      encodeURIComponent(name),
      pathToFileURL(name).href,
    ]);
  return hidden.filter((name) => texts.some((text) => text.includes(name)));
}

test('a run of a lesson, with errors and its page', async () => {
  const found = findLesson('xhr');
  const { lessonUrl, shellUrl } = await run(found, 'ready');
  for (const path of [
    '',
    'page.ts',
    'board/departures-board.ts',
    'board',
    'nowhere',
    '%ff',
    '..%2f..%2fpackage.json',
  ])
    await (await fetch(lessonUrl + path)).arrayBuffer();
  const refused = await fetch(`${lessonUrl}delays`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: '{',
  });
  expect(refused.status).toBeGreaterThanOrEqual(400);
  const texts = await saved(shellUrl);
  for (const text of texts.slice(0, 1)) expect(text).toContain('GET /nowhere');
  expect(texts[2]).toContain('GET /nowhere');
  expect(told(texts, found.folder)).toEqual([]);
});

test('a run in which the server crashed, with its stack in the shell', async () => {
  const found = lesson('cracked', {
    'server.ts': `
import { createServer } from 'node:http';
createServer(() => {
  throw new Error('cracked in ' + import.meta.dirname);
}).listen(Number(process.env.PORT), '127.0.0.1');
`,
  });
  const { lessonUrl, shellUrl, server, until } = await run(found, 'ready');
  await fetch(`${lessonUrl}ring`).catch(() => {});
  await until('crashed');
  // It is told where it helps; that is not what is saved.
  expect(server.state.current.crash?.details).toContain(found.folder);
  const texts = await saved(shellUrl);
  expect(texts[2]).toContain('GET /ring');
  expect(told(texts, found.folder)).toEqual([]);
});
