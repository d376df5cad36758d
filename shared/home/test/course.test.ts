import { Writable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import { freePort } from '@on-the-wire/system/ports.ts';
import { createCourse, type RunningCourse } from '../course.ts';

let course: RunningCourse | undefined;
afterEach(() => course?.stop());

/** A terminal that keeps what it is told. */
function keepingTerminal() {
  let text = '';
  const stdout = new Writable({
    write(bytes: Buffer, _encoding, done) {
      text += bytes.toString();
      done();
    },
  });
  return { terminal: { stdout, stderr: stdout }, said: () => text };
}

const post = async (url: string, body: object) => {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return response.ok
    ? (JSON.parse(text) as { url: string })
    : { status: response.status, text };
};
const pageAt = async (url: string) => (await fetch(url)).text();
const titleAt = async (url: string) =>
  /<title>([^<]*)/.exec(await pageAt(url))?.[1];
const isGone = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  );

test('home starts two lessons, each at its own address, and leaves none behind', async () => {
  const { terminal, said } = keepingTerminal();
  course = createCourse(terminal);
  const port = await freePort();
  const home = await course.runHome({ port });
  expect(home.url).toBe(`http://127.0.0.1:${port}/`);
  expect(said()).toContain(home.url);
  expect(await titleAt(home.url)).toBe('On the Wire');

  // At once, as by two tabs: each finds ports of its own.
  const [sse, xhr] = (await Promise.all([
    post(`${home.url}lessons/start`, { name: 'sse' }),
    post(`${home.url}lessons/start`, { name: 'xhr' }),
  ])) as [{ url: string }, { url: string }];
  expect(await titleAt(sse.url)).toBe('Server-Sent Events · On the Wire');
  expect(await titleAt(xhr.url)).toBe('XHR and fetch · On the Wire');
  // Pressed again: the one that runs.
  expect(await post(`${home.url}lessons/start`, { name: 'sse' })).toEqual(sse);
  const standing = (await (await fetch(`${home.url}standing`)).json()) as {
    lessons: string;
  };
  expect(standing.lessons.match(/aria-label="Running: open /g)).toHaveLength(2);

  await course.stop();
  for (const url of [home.url, sse.url, xhr.url])
    expect(await isGone(url)).toBe(true);
  await course.stop();
});

test('a lesson leads home, which was not running, and both end together', async () => {
  const { terminal } = keepingTerminal();
  course = createCourse(terminal);
  const url = await course.startLesson('sse');
  const home = (await post(`${url}home/start`, {})) as { url: string };
  expect(await titleAt(home.url)).toBe('On the Wire');
  expect(await post(`${url}home/start`, {})).toEqual(home);
  expect(await pageAt(home.url)).toContain('Running: open');

  await course.stop();
  expect(await isGone(home.url)).toBe(true);
  expect(await isGone(url)).toBe(true);
});

test('says what there is none of, and starts nothing for a page of elsewhere', async () => {
  const { terminal } = keepingTerminal();
  course = createCourse(terminal);
  const { url } = await course.runHome();
  expect(await post(`${url}lessons/start`, { name: 'ssse' })).toEqual({
    status: 404,
    text: expect.stringContaining('Did you mean "sse"?'),
  });
  expect(await post(`${url}exercises/start`, { id: 'sse/9' })).toEqual({
    status: 404,
    text: expect.stringContaining('There is no exercise "sse/9".'),
  });
  for (const [path, body] of Object.entries({
    'home/start': {},
    'lessons/start': { name: 'sse' },
    'exercises/start': { id: 'sse/1' },
  })) {
    const response = await fetch(url + path, {
      method: 'POST',
      headers: { Origin: 'http://example.org' },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(403);
  }
  expect(course.running().size).toBe(0);
});

test('says which port is in use', async () => {
  const { terminal } = keepingTerminal();
  const other = createCourse(terminal);
  const port = await freePort();
  await other.runHome({ port });
  course = createCourse(terminal);
  await expect(course.runHome({ port })).rejects.toThrow(
    `Port ${port} is in use. Name another, or leave --port out.`,
  );
  // The refusal is not kept: the port may be free later.
  await other.stop();
  expect((await course.runHome({ port })).url).toContain(String(port));
});
