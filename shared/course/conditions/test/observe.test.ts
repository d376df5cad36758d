import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '@on-the-wire/system/listen.ts';
import { createTap, parseFaults, type Tap } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';
import { WireLog } from '@on-the-wire/viewer/live/log.ts';
import type { Line } from '@on-the-wire/viewer/source.ts';
import { readLessons } from '../../progress/lesson-progress.ts';
import { readConditions } from '../comments.ts';
import { StepObserver } from '../observe.ts';
import type { StepMessage } from '../run-message.ts';

let folder = '';
let file = '';
let server: Server;
let tap: Tap;
let log: WireLog;
let observer: StepObserver;
let port = 0;
const host = '127.0.0.1';
const agent = false; // a connection for each request

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'observe-'));
  file = join(folder, 'progress.json');
  server = createServer((_request, response) => {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end('data: ding\n\ndata: dong\n\n');
  });
  const { port: target } = await listen(server);
  tap = createTap({ target: { host: '127.0.0.1', port: target } });
  log = new WireLog(tap.recording, new LiveUnits(tap));
  port = await tap.listen();
  observer = make();
});
afterEach(async () => {
  observer.close();
  await tap.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

const run = () => ({ lesson: 'bells', log, tap, file });
const make = () => new StepObserver(run());

/** A tutorial of one step with these actions. */
function says(
  actions: string[],
  { see = '', decides = '' }: { see?: string; decides?: string } = {},
): void {
  const list = actions.map((action) => `1. Do. <!-- do: ${action} -->`);
  observer.setSteps(
    readConditions(
      `## 1. Ring\n\n**Predict.** What?\n\n- [ ] Ding\n- [ ] Dong\n\n` +
        `${decides && `<!-- decides: ${decides} -->\n\n`}` +
        `**Do.**\n\n${list.join('\n')}\n\n` +
        `**See.** That. ${see && `<!-- see: ${see} -->`}\n`,
    ),
  );
}

const step = (): StepMessage => observer.message().steps['step-1']!;
const ticked = () => step().ticks.map((tick) => tick?.words);

/** Resolves when it is so; looks again whenever something has come. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds())
    await new Promise<void>((resolve) => {
      observer.once('change', () => resolve());
      log.once('grew', () => resolve());
    });
}

const isEvent = ({ kind }: Line) => kind === 'event';

function get(path: string, headers: Record<string, string> = {}, to = port) {
  return new Promise<void>((resolve) => {
    const asked = request({ port: to, host, path, headers, agent });
    asked.on('response', (response) => response.resume());
    asked.on('error', () => {});
    asked.on('close', () => resolve());
    asked.end();
  });
}

/** What the shell does when faults are set. */
function breaks(...faults: string[]) {
  tap.setFaults(parseFaults(faults));
  observer.faults();
}

describe('the actions of a step', () => {
  test('tick in order: what comes too early does not count', async () => {
    says(['cut', 'unit http/1.1 request headers up "GET /b"', 'faults none']);
    observer.begin('step-1');
    await get('/b');
    breaks('latency');
    observer.cut();
    expect(ticked()).toEqual([
      'the connections were cut',
      undefined,
      undefined,
    ]);
    await get('/a');
    await get('/b');
    await until(() => step().ticks[1] !== null);
    const { unit } = step().ticks[1]!;
    expect(log.lines(unit!, 1)[0]?.summary).toMatch(/^GET \/b: /);
    // The second one: the first came too early.
    expect(
      log.lines(0, unit!).filter(({ summary }) => summary.startsWith('GET /b')),
    ).toHaveLength(1);
    breaks();
    expect(ticked()).toEqual([
      'the connections were cut',
      'http/1.1 request headers “GET /b” to the server came',
      'all faults were mended',
    ]);
    expect(step()).toMatchObject({ opened: true });
  });

  test('a fault that is set: with its numbers, once more, and lifted', () => {
    says([
      'fault idle=8s set',
      'fault idle=4s set',
      'fault idle set',
      'fault idle lifted',
    ]);
    observer.begin('step-1');
    const count = () => ticked().filter((words) => words !== undefined).length;
    breaks('idle=7s');
    expect(count()).toBe(0);
    breaks('idle=8s');
    expect(count()).toBe(1);
    // Another fault beside it is no new setting of this one.
    breaks('idle=4s', 'latency');
    breaks('idle=4s');
    expect(count()).toBe(2);
    // Nothing has changed: Break was pressed once more.
    breaks('idle=4s');
    expect(count()).toBe(3);
    breaks('idle=4s', 'latency');
    expect(count()).toBe(3);
    breaks('latency');
    expect(count()).toBe(4);
  });

  test('what was broken before the learner came counts for the first alone', () => {
    breaks('reset');
    says(['fault reset set', 'fault reset set']);
    observer.begin('step-1');
    expect(ticked()).toEqual(['fault reset was set', undefined]);
  });

  test('units by their size and their header', async () => {
    says([
      'unit event down bytes 13 to 20',
      'unit event down bytes 12 to 12 "4 of data"',
      'unit http/1.1 request headers with x-bell and note open',
      'unit http/1.1 request headers with cookie',
    ]);
    observer.begin('step-1');
    await get('/');
    await get('/', { 'X-Bell': '1' });
    await until(() => log.lines(0, 100).filter(isEvent).length === 4);
    // Its events have 12 bytes, so the first action is still to be done.
    expect(ticked()).toEqual([undefined, undefined, undefined, undefined]);

    says([
      'unit event down bytes 12 to 12 "4 of data"',
      'unit http/1.1 request headers with x-bell and note open',
      'unit http/1.1 request headers with cookie',
    ]);
    await get('/', { 'X-Bell': '1' });
    await get('/', { 'X-Bell': '1' });
    await until(() => step().ticks[1] !== null);
    expect(step().ticks[2]).toBeNull();
  });

  test('a unit that broke off, and a line that the learner opened', async () => {
    says(['fault reset set and unit event broken', 'opened event down broken']);
    server.removeAllListeners('request');
    server.on('request', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.end(`data: ${'ding '.repeat(1_000)}\n\n`);
    });
    observer.begin('step-1');
    breaks('reset=after:2kB');
    await get('/');
    await until(() => step().ticks[0] !== null);
    const { unit } = step().ticks[0]!;
    expect(log.lines(unit!, 1)[0]?.summary).toMatch(/^unfinished event/);
    observer.opened(0); // a note
    expect(step().ticks[1]).toBeNull();
    observer.opened(10_000);
    observer.opened(unit!);
    expect(step().ticks[1]).toMatchObject({ unit, now: true });
  });

  test('behind a proxy, what names no link is on the side of the browser', async () => {
    // The tap's own port stands where the browser calls the proxy.
    const upstream = await tap.listenFor(tap.target, 0, 'bellproxy-lesson');
    observer = new StepObserver({ ...run(), proxy: 'bellproxy' });
    says([
      'unit http/1.1 request headers up "GET /b" @bellproxy-lesson',
      'unit http/1.1 request headers up "GET /b" and note end',
      'request GET /c from outside',
    ]);
    observer.begin('step-1');
    await get('/b', {}, upstream);
    await until(() => step().ticks[0] !== null);
    for (const path of ['/b', '/c']) {
      await get(path, {}, upstream);
      await get(path);
      await until(() => step().ticks[path === '/b' ? 1 : 2] !== null);
    }
    const units = step().ticks.map((tick) => log.lines(tick!.unit!, 1)[0]);
    expect(units.map((line) => line?.link)).toEqual([
      'bellproxy-lesson',
      undefined,
      undefined,
    ]);
  });

  test('behind a proxy, a link to one of several is the front of that one', async () => {
    const front = 'browser-bellproxy-gateway';
    const at = await tap.listenFor(tap.target, 0, front);
    observer = new StepObserver({ ...run(), proxy: 'bellproxy' });
    says(['unit http/1.1 request headers up "GET /b" @browser-gateway']);
    observer.begin('step-1');
    await get('/b');
    await get('/b', {}, at);
    await until(() => step().ticks[0] !== null);
    expect(log.lines(step().ticks[0]!.unit!, 1)[0]?.link).toBe(front);
  });

  test('a request from outside is none of a browser', async () => {
    says(['request GET /bell from outside']);
    observer.begin('step-1');
    await get('/bell', { 'Sec-Fetch-Site': 'same-origin' });
    await get('/bell', { 'User-Agent': 'Mozilla/5.0' });
    await get('/bells');
    await get('/bell?loud');
    await until(() => step().ticks[0] !== null);
    const { unit } = step().ticks[0]!;
    expect(log.lines(unit!, 1)[0]?.summary).toMatch(/^GET \/bell\?loud/);
  });

  test('saved files, and what the page shows', () => {
    says(['file news.ts saved', 'page n 300 to 500', 'page state is "open"']);
    observer.begin('step-1');
    expect(observer.message().watch).toEqual(['n', 'state']);
    observer.page({ n: '400 bytes', state: 'open', other: 'x' });
    observer.saved(['server.ts']);
    expect(ticked()).toEqual([undefined, undefined, undefined]);
    observer.saved(['page/page.ts', 'news.ts']);
    // What the page shows lasts: it counts as it is.
    expect(ticked()).toEqual([
      'news.ts was saved',
      'the page showed “400 bytes”',
      'the page showed “open”',
    ]);
    expect(observer.message().watch).toEqual([]);
  });

  test.each([
    ['page n 300 to 500', 'about 1,400 bytes', false],
    ['page n 1400 to 1400.5', 'about 1,400.5 bytes of 7', true],
    ['page n 0 to 9', 'none', false],
    ['page n has "41"', '41 of 41', true],
    ['page n lacks "41"', '41 of 41', false],
    ['page n lacks "missed"', '41 of 41', true],
    ['page n is "41"', '41 of 41', false],
  ])('%s: %p is %p', (condition, value, holds) => {
    says([condition]);
    observer.begin('step-1');
    observer.page({ n: value });
    expect(step().ticks[0] !== null).toBe(holds);
  });

  test('what the page does not tell is not true, whatever it is about', () => {
    says(['page n lacks "41"']);
    observer.begin('step-1');
    observer.page({ m: '7' });
    expect(ticked()).toEqual([undefined]);
  });

  test('only those of the step where the learner is', () => {
    observer.setSteps(
      readConditions(
        '## 1. A\n\n**Do.** A. <!-- do: cut -->\n\n' +
          '## 2. B\n\n**Do.** B. <!-- do: cut -->\n',
      ),
    );
    observer.cut();
    observer.begin('step-2');
    observer.cut();
    const { steps, current } = observer.message();
    expect(current).toBe('step-2');
    expect(steps['step-1']?.ticks).toEqual([null]);
    expect(steps['step-2']?.ticks).toEqual([
      { words: 'the connections were cut', now: true },
    ]);
  });

  test('costs nothing while none is about the wire', () => {
    says(['cut', 'unit event', 'file a saved']);
    expect(log.listenerCount('grew')).toBe(0);
    observer.begin('step-1');
    expect(log.listenerCount('grew')).toBe(0);
    observer.cut();
    expect(log.listenerCount('grew')).toBe(1);
    observer.again('step-1');
    expect(log.listenerCount('grew')).toBe(0);
    observer.cut();
    observer.close();
    expect(log.listenerCount('grew')).toBe(0);
  });
});

describe('the prediction', () => {
  const decides = '2 if page n has "of"; 1 if page n lacks "of"';

  test('is decided after the Do, by what the text says first', async () => {
    says(['cut'], { decides, see: 'page n has "41"' });
    observer.guess('step-1', 'Ding');
    observer.page({ n: '41 of 41' });
    expect(step()).toEqual({
      guess: 'Ding',
      ticks: [null],
      sees: [null],
      decides: true,
      opened: false,
    });
    observer.cut();
    expect(step()).toEqual({
      guess: 'Ding',
      ticks: [{ words: 'the connections were cut', now: true }],
      sees: [{ words: 'the page showed “41 of 41”', now: true }],
      decides: true,
      decided: {
        guess: 'Dong',
        by: 'the page showed “41 of 41”',
        agrees: true,
      },
      opened: true,
    });
  });

  test('is decided in the middle of the Do, where the text says so', () => {
    says(['cut', 'cut', 'cut'], { decides: `after 2: ${decides}` });
    observer.guess('step-1', 'Ding');
    observer.page({ n: '41 of 41' });
    observer.cut();
    expect(step().decided).toBeUndefined();
    observer.cut();
    observer.page({ n: '40' });
    expect(step().decided).toMatchObject({ guess: 'Dong', agrees: true });
    expect(step().opened).toBe(false);
    observer.cut();
    expect(step()).toMatchObject({ opened: true, decided: { guess: 'Dong' } });
  });

  test('a run that contradicts the text has some time to agree', async () => {
    says(['cut'], { decides });
    observer.guess('step-1', 'Ding');
    observer.cut();
    observer.page({ n: '40' });
    expect(step().decided).toBeUndefined();
    observer.page({ n: '41 of 41' });
    expect(step().decided).toMatchObject({ guess: 'Dong', agrees: true });

    observer.again('step-1');
    expect(step()).toMatchObject({ guess: 'Ding', ticks: [null] });
    observer.page({ n: '40' });
    observer.cut();
    await until(() => step().decided !== undefined);
    expect(step().decided).toEqual({
      guess: 'Ding',
      by: 'the page showed “40”',
      agrees: false,
    });
  });

  test('is decided by a unit that came since the step was begun', async () => {
    says(['cut'], { decides: '1 if unit event down' });
    await get('/');
    observer.guess('step-1', 'Dong');
    observer.cut();
    expect(step().decided).toBeUndefined();
    await get('/');
    await until(() => step().decided !== undefined);
    const { unit } = step().decided!;
    expect(log.lines(unit!, 1)[0]?.kind).toBe('event');
  });

  test('that no run can decide says why; See opens it where nothing ticks', () => {
    says(['nothing, you only read'], { decides: 'nothing, it takes years' });
    observer.guess('step-1', 'Dong');
    expect(step()).toMatchObject({ decides: 'it takes years', opened: false });
    observer.open('step-1');
    expect(step().opened).toBe(true);
    expect(readLessons(file)['bells']?.steps['step-1']?.done).toBeDefined();
  });
});

describe('the end of a lesson', () => {
  const memory = () => observer.message().steps['from-memory']!;

  test('looks back on the whole run, and goes on looking', async () => {
    observer.setSteps(
      readConditions(
        '## From memory\n\n<!-- see: unit event down -->\n\n' +
          '<!-- see: unit http/1.1 request headers up "GET /late" -->\n',
      ),
    );
    await get('/');
    await until(() => log.lines(0, 100).some(isEvent));
    observer.begin('from-memory');
    await until(() => memory().sees[0] !== null);
    expect(log.lines(memory().sees[0]!.unit!, 1)[0]?.kind).toBe('event');
    expect(memory().sees[1]).toBeNull();
    await get('/late');
    await until(() => memory().sees[1] !== null);
    expect(log.listenerCount('grew')).toBe(0);
    // It is no step: nothing of it is kept.
    expect(readLessons(file)).toEqual({});
  });
});

describe('what is kept', () => {
  test('is known to the next run, which leads to no unit of this one', async () => {
    says(['unit event down', 'cut'], { decides: '2 if cut' });
    observer.guess('step-1', 'Dong');
    await get('/');
    await until(() => step().ticks[0] !== null);
    observer.cut();
    expect(step().ticks[0]?.unit).toBeDefined();
    observer.close();

    observer = make();
    says(['unit event down', 'cut'], { decides: '2 if cut' });
    expect(step()).toEqual({
      guess: 'Dong',
      ticks: [
        { words: 'event from the server came', now: false },
        { words: 'the connections were cut', now: false },
      ],
      sees: [],
      decides: true,
      decided: { guess: 'Dong', by: 'the connections were cut', agrees: true },
      opened: true,
    });
    // Nothing of it is watched again, until the learner begins once more.
    observer.begin('step-1');
    expect(log.listenerCount('grew')).toBe(0);
    observer.again('step-1');
    expect(step()).toEqual({
      guess: 'Dong',
      ticks: [null, null],
      sees: [],
      decides: true,
      opened: false,
    });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain(folder);
    expect(readLessons(file)['bells']).toEqual({
      steps: { 'step-1': { guess: 'Dong' } },
    });
  });

  test('an unfinished Do goes on in the next run', () => {
    says(['cut', 'cut 2 times']);
    observer.begin('step-1');
    observer.cut();
    observer.cut();
    observer.close();
    observer = make();
    says(['cut', 'cut 2 times']);
    observer.begin('step-1');
    observer.cut();
    expect(ticked()).toEqual(['the connections were cut', undefined]);
    observer.cut();
    expect(ticked()[1]).toBe('the connections were cut 2 times');
  });

  test('guesses of a browser are taken over where the clone has none', () => {
    observer.guess('step-1', 'Dong');
    observer.adopt({ 'step-1': 'Ding', 'step-2': 'None' });
    const { steps } = observer.message();
    expect(steps['step-1']?.guess).toBe('Dong');
    expect(steps['step-2']?.guess).toBe('None');
    observer.guess('step-1', undefined);
    expect(observer.message().steps['step-1']?.guess).toBeUndefined();
  });

  test('a file that cannot be written is said, and the run goes on', () => {
    rmSync(folder, { recursive: true });
    says(['cut', 'cut']);
    observer.begin('step-1');
    observer.cut();
    observer.cut();
    expect(ticked()).not.toContain(undefined);
    expect(step().opened).toBe(true);
    expect(observer.message().problem).toMatch(
      /cannot be written: there is no/,
    );
  });
});
