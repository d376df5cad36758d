import { Writable } from 'node:stream';
import { afterEach, expect, test } from '@jest/globals';
import { findLessons } from '@on-the-wire/course/harness/lessons.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { runHome, type RunningHome } from '../run-home.ts';

let home: RunningHome | undefined;
afterEach(() => home?.stop());

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

const start = async (name: string) => {
  const body = JSON.stringify({ name });
  const asked = fetch(`${home!.url}lessons/start`, { method: 'POST', body });
  const response = await asked;
  return (await response.json()) as { url: string };
};
const titleAt = async (url: string) =>
  /<title>([^<]*)/.exec(await (await fetch(url)).text())?.[1];
const isGone = (url: string) =>
  fetch(url).then(
    () => false,
    () => true,
  );

test('runs one lesson at a time, and leaves none behind', async () => {
  const { terminal, said } = keepingTerminal();
  const port = await freePort();
  home = await runHome(findLessons(), { port, terminal });
  expect(home.url).toBe(`http://127.0.0.1:${port}/`);
  expect(said()).toContain(home.url);
  expect(await titleAt(home.url)).toBe('On the Wire');

  const first = await start('sse');
  expect(await titleAt(first.url)).toBe('Server-Sent Events · On the Wire');
  expect(said()).toContain(first.url);

  // Pressed twice: what comes second takes the first's place, and its ports.
  // Which one does is not certain: each has a connection of its own.
  const started: { title: string; url: string }[] = [];
  const press = async (name: string, title: string) => {
    const { url } = await start(name);
    started.push({ title, url });
  };
  await Promise.all([
    press('sse', 'Server-Sent Events · On the Wire'),
    press('xhr', 'XHR and fetch · On the Wire'),
  ]);
  const [again, second] = started as [(typeof started)[0], (typeof started)[0]];
  expect(await titleAt(second.url)).toBe(second.title);
  if (again.url !== second.url) expect(await isGone(again.url)).toBe(true);

  await home.stop();
  expect(await isGone(home.url)).toBe(true);
  expect(await isGone(second.url)).toBe(true);
  await home.stop();
});

test('says which port is in use', async () => {
  const { terminal } = keepingTerminal();
  const port = await freePort();
  home = await runHome(findLessons(), { port, terminal });
  await expect(runHome(findLessons(), { port, terminal })).rejects.toThrow(
    `Port ${port} is in use. Name another, or leave --port out.`,
  );
});
