import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import type { EventEmitter } from 'node:events';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { stage } from '../../shell/test/stage.ts';
import { readLessons } from '../../progress/lesson-progress.ts';
import type { RunMessage } from '../run-message.ts';

const tutorial = `# Bells

## 1. Ring (1 min)

**Predict.** What?

- [ ] Ding
- [ ] Dong

<!-- decides: 2 if page bell is "dong" -->

**Do.**

1. Break it. <!-- do: fault latency set -->
2. Cut it. <!-- do: cut -->
3. Look. <!-- do: opened http/1.1 request headers up -->
4. Save. <!-- do: file bell.ts saved -->
5. Ask. <!-- do: request GET /bell from outside -->

**See.** It rings. <!-- see: page bell has "d" -->
`;

let shell: Awaited<ReturnType<typeof stage>>;
beforeAll(async () => {
  shell = await stage({ 'README.md': tutorial });
});
afterAll(() => shell.end());

const send = (
  method: string,
  path: string,
  body: object | string,
  headers: Record<string, string> = {},
) =>
  fetch(shell.origin + path, {
    method,
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

/** Each on a connection of its own: the tap resets those that are open. */
const load = async (path: string) =>
  (
    await fetch(shell.lessonOrigin + path, { headers: { connection: 'close' } })
  ).text();

/** Follows the event stream, as the shell's page does. */
async function follow() {
  const client = await rawClient(shell.port);
  client.send(`GET /events HTTP/1.1\r\nHost: 127.0.0.1:${shell.port}\r\n\r\n`);
  return {
    client,
    /** The latest message once it contains this text. */
    async until(text: string): Promise<RunMessage> {
      await client.until(text);
      const all = client.received.match(/event: run\nid: .*\ndata: .*\n\n/g);
      // The client reads Latin-1.
      const last = Buffer.from(all?.at(-1) ?? '', 'latin1').toString();
      return JSON.parse(/data: (.*)/.exec(last)![1]!);
    },
  };
}

describe('the run of a shell', () => {
  test('ticks what the learner does, and tells each change', async () => {
    const { client, until } = await follow();
    expect(await until('event: run')).toEqual({ watch: [], steps: {} });
    await fetch(`${shell.origin}/tutorial`);
    await send('POST', '/run/begin', { step: 'step-1' });
    expect(await until('"current":"step-1"')).toMatchObject({
      watch: ['bell'],
      steps: { 'step-1': { ticks: [null, null, null, null, null] } },
    });
    await send('PUT', '/run/guess', { step: 'step-1', guess: 'Ding' });
    expect(await until('"guess":"Ding"')).toBeDefined();

    await load('/');
    const shown = shell.log
      .lines(0, 100)
      .find(({ kind }) => kind === 'http/1.1 request headers')!;
    await send('PUT', '/wire/faults', { faults: ['latency'] });
    await until('fault latency was set');
    await send('POST', '/wire/cut', { how: 'rst' });
    await until('the connections were cut');
    await fetch(`${shell.origin}/wire/units/${shown.n}`);
    await until('was opened');
    shell.saves.emit('saved', ['bell.ts']);
    await until('bell.ts was saved');
    await send('PUT', '/run/page', { values: { bell: 'dong' } });
    await load('/bell');
    const message = await until('"decided"');
    expect(message.steps['step-1']).toMatchObject({
      sees: [{ words: 'the page showed “dong”', now: true }],
      decided: { guess: 'Dong', agrees: true },
      opened: true,
    });
    expect(message.watch).toEqual([]);
    client.socket.destroy();

    // It is in the clone, where other browsers and programs find it.
    const kept = readLessons(shell.progress)['bells']!;
    expect(kept.steps['step-1']).toMatchObject({
      guess: 'Ding',
      decided: { guess: 'Dong', agrees: true },
    });
    expect(kept.steps['step-1']?.actions).toHaveLength(5);

    await send('POST', '/run/again', { step: 'step-1' });
    expect(readLessons(shell.progress)['bells']?.steps).toEqual({
      'step-1': { guess: 'Ding' },
    });
  });

  test('forgets a page that went away', async () => {
    const before = shell.saves.listenerCount('saved');
    const { client, until } = await follow();
    await until('event: run');
    const gone = once(shell.state as EventEmitter, 'removeListener');
    client.socket.destroy();
    await gone;
    expect(shell.saves.listenerCount('saved')).toBe(before);
    const other = await stage({ 'README.md': tutorial });
    await other.close();
    expect(other.saves.listenerCount('saved')).toBe(0);
    await other.end();
  });

  test.each([
    ['PUT', '/run/page'],
    ['PUT', '/run/guess'],
    ['PUT', '/run/guesses'],
    ['POST', '/run/begin'],
    ['POST', '/run/open'],
    ['POST', '/run/again'],
  ])(
    "%s %s takes nothing of the lesson's page itself",
    async (method, path) => {
      for (const headers of [
        { Origin: shell.lessonOrigin },
        { 'Sec-Fetch-Site': 'same-site' },
      ] as Record<string, string>[]) {
        const body = { step: 'step-1', guess: 'x', values: {}, guesses: {} };
        const response = await send(method, path, body, headers);
        expect(response.status).toBe(403);
      }
    },
  );

  test.each([
    ['POST', '/run/begin', {}, 'Reading a step: found nothing'],
    ['POST', '/run/open', { step: 'step-1/../..' }, 'expected a text such as'],
    ['POST', '/run/again', { step: ['step-1'] }, 'found ["step-1"]'],
    ['PUT', '/run/guess', { step: 'step-1' }, 'Reading a guess: found nothing'],
    ['PUT', '/run/guess', { step: 'step-1', guess: 'x'.repeat(501) }, '500'],
    ['PUT', '/run/guesses', { guesses: { __proto__x: 'a' } }, 'a step'],
    ['PUT', '/run/guesses', { guesses: ['a'] }, 'an object of at most 100'],
    ['PUT', '/run/page', { values: { bell: 7 } }, 'Reading values: found 7'],
    ['PUT', '/run/page', { values: null }, 'found null'],
    ['PUT', '/run/page', '[', 'no JSON object'],
    ['PUT', '/run/page', { values: { a: 'x'.repeat(70_000) } }, 'longer than'],
  ])('%s %s refuses %j', async (method, path, body, why) => {
    const before = readLessons(shell.progress);
    const response = await send(method, path, body);
    expect([400, 413]).toContain(response.status);
    expect(await response.text()).toContain(why);
    expect(readLessons(shell.progress)).toEqual(before);
  });
});
