/** Whatever a learner's file does, the verdict is a sentence on it. */
import { afterEach, describe, expect, test } from '@jest/globals';
import { describeVerdict } from '../terminal/describe.ts';
import { differsAt } from '../terminal/excerpt.ts';
import { runCheck } from '../run-check.ts';
import { missingEngine } from '@on-the-wire/browser/engines.ts';
import { openEngine } from '@on-the-wire/browser/open-engine.ts';
import { createTap } from '@on-the-wire/tap/tap.ts';
import { rowsOf } from '@on-the-wire/wire/test/rows.ts';
import { madeUp } from './made-up.ts';

const removing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of removing.splice(0)) await remove();
});

const ask =
  'const l = await trial.start(); const a = await l.call("answer"); ' +
  'if (a !== 42) trial.fail({ title: "Another answer", came: String(a) });';

async function verdictOn(code: string, check = ask, options = {}) {
  const { exercise, remove } = await madeUp(check, code);
  removing.push(remove);
  const verdict = await runCheck(exercise, exercise.copy, options);
  const text = describeVerdict(exercise, verdict).join('\n');
  return { ...verdict, text };
}

describe('a file that', () => {
  test('is right passes', async () => {
    const { passed } = await verdictOn('export const answer = () => 42;');
    expect(passed).toBe(true);
  });

  test('does not parse is told its line', async () => {
    const { failure, ours } = await verdictOn(
      'const a = 1;\nexport const = 42;',
    );
    expect(failure!.title).toMatch(/^The process crashed: SyntaxError/);
    expect(failure!.came).toMatch(/^at workspace\/exercise\.ts:2/);
    expect(ours).toBeUndefined();
  });

  test('has what only TypeScript knows is told what, and not the line below', async () => {
    const { failure, text } = await verdictOn(
      'class Bell {\n  constructor(private tone: string) {}\n' +
        '  ring() { return this.tone; }\n}\n' +
        'export const answer = () => new Bell("a").ring();',
    );
    expect(failure!.title).toBe(
      'The process crashed: SyntaxError: TypeScript parameter property is not supported in strip-only mode',
    );
    expect(failure!.came).toBe('at workspace/exercise.ts:2:23');
    // What is Node's own is left out on a screen.
    expect(text).toMatch(/\n {4}workspace\/exercise\.ts:2\n/);
    expect(text).not.toMatch(/node:|triggerUncaught|code:/);
    expect(text).toContain('Node leaves the types out');
  });

  test.each(
    rowsOf(`
      throws while it loads | function f() {␊  throw new RangeError("far");␊}␊f(); | RangeError: far | 2:9
      rejects a promise | Promise.reject(new RangeError("far")); | RangeError: far | 1:16
      imports what is not there | ␊import { x } from "./nope.ts";␊x(); | Cannot find module 'workspace/nope.ts' | 2:22
      imports a name that is none | import { nope } from "node:fs";␊nope(); | 'node:fs' does not provide an export named 'nope' | 1:10
    `),
  )('%s is told why, and where', async (_what, code, why, place) => {
    const { failure } = await verdictOn(code);
    expect(failure!.title).toContain('The process crashed: ');
    expect(failure!.title).toContain(why);
    expect(failure!.came).toBe(`at workspace/exercise.ts:${place}`);
  });

  test('loops for ever is ended, and told how long it has computed', async () => {
    const code = 'export const answer = () => { for (;;); };';
    const { failure } = await verdictOn(code, ask, { busy: 300 });
    expect(failure!.title).toBe('answer did not come to an end');
    expect(failure!.came).toBe(
      'nothing: 0.3 s of processor time, and the process was ended',
    );
  });

  test('loops while it loads is ended, too', async () => {
    const { failure } = await verdictOn('for (;;);', ask, {
      busy: 300,
    });
    expect(failure!.title).toBe('Its first lines did not come to an end');
  });

  test('waits for nothing is told so, when nothing is left to happen', async () => {
    const code = 'export const answer = () => new Promise(() => {});';
    const { failure } = await verdictOn(code);
    expect(failure!.title).toBe('answer did not come to an end');
    expect(failure!.came).toBe(
      'nothing: nothing was left to happen, and the process was ended',
    );
  });

  test('has done all sorts of things before it waits for nothing', async () => {
    const code =
      'import { createHash, randomBytes, scryptSync } from "node:crypto";\n' +
      'import { readFile } from "node:fs/promises";\n' +
      'import { get, createServer } from "node:http";\n' +
      'import { gzipSync } from "node:zlib";\n' +
      'export const answer = async () => {\n' +
      '  const server = createServer((_, r) => r.end("x"));\n' +
      '  server.listen(0, "127.0.0.1");\n' +
      '  await new Promise((done) => server.on("listening", done));\n' +
      '  const { port } = server.address() as { port: number };\n' +
      '  await (await fetch(`http://localhost:${port}`)).text();\n' +
      '  await new Promise((done) =>\n' +
      '    get({ port, host: "127.0.0.1" }, (r) => r.resume().on("end", done)));\n' +
      '  randomBytes(8); scryptSync("a", "b", 8); crypto.randomUUID();\n' +
      '  createHash("sha1").update(gzipSync("a")).digest();\n' +
      '  await crypto.subtle.digest("SHA-256", await readFile(import.meta.filename));\n' +
      '  setInterval(() => {}, 15_000);\n' +
      '  clearTimeout(setTimeout(() => {}, 100));\n' +
      '  return new Promise(() => {});\n' +
      '};';
    const { failure } = await verdictOn(code);
    expect(failure!.came).toMatch('nothing was left to happen');
  });

  // Nobody refuses what takes its time, by whatever Node lets it wait with.
  test.each(
    rowsOf(`
      a timer | new Promise((done) => setTimeout(done, 700, 42))
      a timer of no account | new Promise((done) => setTimeout(done, 700, 42).unref())
      a signal | new Promise((done) => AbortSignal.timeout(700).onabort = () => done(42))
      a promised timer | import("node:timers/promises").then((m) => m.setTimeout(700, 42))
      many timers | (async () => { for (let n = 0; n < 50; n += 1) await new Promise((done) => setTimeout(done, 10)); return 42; })()
      many turns | (async () => { for (let n = 0; n < 5_000; n += 1) await new Promise(setImmediate); return 42; })()
      a process | new Promise((done) => spawn(process.execPath, ["-e", ""]).on("close", () => done(42)))
      a thread | new Promise((done) => new Worker("setTimeout(() => {}, 500)", { eval: true }).on("exit", () => done(42)))
      the thread pool | new Promise((done) => scrypt("a", "b", 64, { N: 2 ** 17, r: 8, maxmem: 2 ** 28 }, () => done(42)))
      a socket’s timeout | new Promise((done) => get({ port, host: "127.0.0.1", timeout: 700 }).on("timeout", () => done(42)))
    `),
  )('waits for %s is waited for', async (_what, waits) => {
    const code =
      'import { spawn } from "node:child_process";\n' +
      'import { Worker } from "node:worker_threads";\n' +
      'import { scrypt } from "node:crypto";\n' +
      'import { createServer, get } from "node:http";\n' +
      'const silent = createServer(() => {}).listen(0, "127.0.0.1");\n' +
      'await new Promise((done) => silent.on("listening", done));\n' +
      'const { port } = silent.address() as { port: number };\n' +
      `export const answer = () => ${waits};`;
    const { passed, failure } = await verdictOn(code);
    expect(failure).toBeUndefined();
    expect(passed).toBe(true);
  });

  test('throws is told what, and where', async () => {
    const code = 'export const answer = () => null.bell;';
    const { failure } = await verdictOn(code);
    expect(failure!.title).toMatch(/^answer threw TypeError: Cannot read/);
    expect(failure!.details).toContain('exercise.ts:1');
  });

  test('ends its process is told so', async () => {
    const code = 'export const answer = () => process.exit(3);';
    const { failure } = await verdictOn(code);
    expect(failure!.title).toBe(
      'The process crashed: exercise.ts ended with exit code 3',
    );
  });

  test('makes no server is told what it made', async () => {
    const serve = 'const l = await trial.start(); await l.serve();';
    const { failure } = await verdictOn(
      'export const createServer = () => 7;',
      serve,
    );
    expect(failure).toMatchObject({
      title: 'createServer returned no server',
      came: '7',
    });
  });

  test('prints has it shown below the verdict', async () => {
    const { printed, text } = await verdictOn(
      'console.log("\\u001b[33mding\\u001b[39m"); export const answer = () => 41;',
    );
    expect(printed).toEqual(['ding']);
    expect(text).toContain('Your code printed:\n    ding');
  });

  test('crashes while it serves is told of the crash, not of the line', async () => {
    const code =
      "import { createServer as make } from 'node:http';\n" +
      'export const createServer = () => ({ server: make(() => {\n' +
      "  throw new Error('no bell');\n}) });";
    const check =
      'const l = await trial.start(); const s = await l.serve();' +
      'await trial.within(fetch(s.origin), () => ({ title: "No answer" }));';
    const { failure } = await verdictOn(code, check);
    expect(failure!.title).toBe('The process crashed: Error: no bell');
    expect(failure!.came).toBe('at workspace/exercise.ts:3:3');
  });

  test('has left a process behind does not block the next run', async () => {
    // It holds our pipe: nothing goes on before it has ended, too.
    const code =
      "import { spawn } from 'node:child_process';\n" +
      "spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'inherit' });\n" +
      'export const answer = () => 42;';
    const { passed } = await verdictOn(code, ask + 'await l.stop();');
    expect(passed).toBe(true);
    const again = await verdictOn(code);
    expect(again.passed).toBe(true);
  });
});

describe('the same seed', () => {
  // What is generated, the feed's name in two lives, and where the line cuts.
  const code =
    "import { createServer as make } from 'node:http';\n" +
    'export const createServer = ({ feed }) =>\n' +
    "  ({ server: make((_, r) => r.end(feed.run + 'x'.repeat(5_000))) });";
  const check = `
    const { connect } = await import('node:net');
    const all = [trial.data.text('\\n'), trial.data.whole(0, 9_999)];
    for (let life = 0; life < 2; life += 1) {
      const l = await trial.start();
      const s = await l.serve({}, { faults: ['slicer=pieces:9,gap:1ms'] });
      const client = connect(s.port, '127.0.0.1').setEncoding('latin1');
      client.write('GET / HTTP/1.0\\r\\n\\r\\n');
      let text = '';
      client.on('data', (part) => { text += part; });
      await new Promise((done) => client.on('close', done));
      all.push(text.slice(-5_005, -5_000));
    }
    trial.fail({ title: JSON.stringify(all) });`;
  test('makes the same data, names and cuts', async () => {
    const tap = createTap({ target: { host: '127.0.0.1', port: 9 } });
    let cuts: number[] = [];
    tap.on('read', ({ direction, bytes }) => {
      if (direction === 'down') cuts.push(bytes.length);
    });
    const made = async (seed: number) => {
      cuts = [];
      const { failure, text } = await verdictOn(code, check, { seed, tap });
      expect(text.split('\n').at(-1)).toMatch(new RegExp(`, seed ${seed}$`));
      return { data: failure!.title, cuts };
    };
    const first = await made(417);
    expect(first.data).toMatch(/^\["/);
    expect(first.cuts.length).toBeGreaterThan(2);
    // Whatever the tap has carried before.
    expect(await made(417)).toEqual(first);
    const other = await made(418);
    expect(other.data).not.toBe(first.data);
    expect(other.cuts).not.toEqual(first.cuts);
    await tap.close();
  });

  test('is another each time unless it is named', async () => {
    const { seed } = await verdictOn('export const answer = () => 42;');
    const next = await verdictOn('export const answer = () => 42;');
    expect(next.seed).not.toBe(seed);
  });
});

test('a check that throws is our mistake, and says so', async () => {
  const { failure, ours } = await verdictOn('', 'throw new Error("oh");');
  expect(ours).toBe(true);
  expect(failure!.title).toMatch(/our mistake/);
});

test('a caret stands below the byte, after wide characters and bytes', async () => {
  const { text } = await verdictOn(
    '',
    'trial.fail({ title: "T", came: Buffer.from("駅: a\\rb"), at: 6, note: "here" });',
  );
  expect(text).toContain(
    'came      駅: a\\rb\n                  ^ here'.replace(
      '                  ^',
      `${' '.repeat(12 + 5)}^`,
    ),
  );
});

test('where two texts differ is a byte, at the beginning of a character', () => {
  expect(differsAt('abc', 'abd')).toBe(2);
  expect(differsAt('abc', 'abcd')).toBe(3);
  expect(differsAt('abcd', 'abc')).toBe(3);
  expect(differsAt('', 'x')).toBe(0);
  // U+00FC and U+00F6 are c3 bc and c3 b6: the caret stands before c3.
  expect(differsAt('T\u00fcr', 'T\u00f6r')).toBe(1);
  expect(differsAt(Buffer.from('\u00fc'), Buffer.from('\u00f6'))).toBe(1);
});

describe('a check that waits', () => {
  const code =
    "import { createServer as make } from 'node:http';\n" +
    'export const createServer = () => ({ server: make((q, r) => {\n' +
    "  if (q.url !== '/never') r.end('here');\n}) });\n" +
    'export const get = async (url: string) => (await fetch(url)).text();';
  const station = `
    const { createServer } = await import('node:http');
    const station = createServer((_, r) => setTimeout(() => r.end('here'), 700));
    await new Promise((done) => station.listen(0, '127.0.0.1', done));
    trial.defer(() => station.close().closeAllConnections());
    const l = await trial.start();`;

  test('waits for what a line holds back', async () => {
    const check =
      'const l = await trial.start();' +
      "const s = await l.serve({}, { faults: ['latency=700~0'] });" +
      'await trial.within(fetch(s.origin), () => ({ title: "No answer" }));';
    expect((await verdictOn(code, check)).failure).toBeUndefined();
  });

  test('waits for a timer of its own', async () => {
    const check = `${station}
      await l.call('get', 'http://127.0.0.1:' + station.address().port);`;
    expect((await verdictOn(code, check)).failure).toBeUndefined();
  });

  test('is told when nothing was left to happen', async () => {
    const check =
      'const l = await trial.start(); const s = await l.serve();' +
      'await trial.within(fetch(s.origin + "/never"), (why) => ({ title: why.message }));';
    const { failure } = await verdictOn(code, check);
    expect(failure!.title).toBe('nothing was left to happen');
  });

  test('goes on when nothing goes on, and what else it awaits may come', async () => {
    const check =
      'const l = await trial.start(); const s = await l.serve();' +
      'const { promise, resolve } = Promise.withResolvers();' +
      'const both = trial.within(promise, () => ({ title: "Given up" }));' +
      'await trial.still(); resolve(7);' +
      'trial.fail({ title: `Came: ${await both}` });';
    const { failure } = await verdictOn(code, check);
    expect(failure!.title).toBe('Came: 7');
  });

  test('outside of what it is given is ended, and that is our mistake', async () => {
    const { failure, ours } = await verdictOn(
      '',
      'await trial.step("the bell", () => new Promise(() => {}));',
      { limit: 200 },
    );
    expect(ours).toBe(true);
    expect(failure!.details).toMatch(
      /^Error: No verdict after 2 s, at “the bell”\n/,
    );
  });

  test('ends by an event of its own', async () => {
    const check =
      'const l = await trial.start(); const never = new Promise(() => {});' +
      'const until = async () => {};' +
      'await trial.within(never, (why) => ({ title: why.message }),' +
      '  { until, still: false });';
    const { failure } = await verdictOn(code, check);
    expect(failure!.title).toBe('nothing came');
  });
});

describe('where it is seen', () => {
  const code =
    "import { createServer as make } from 'node:http';\n" +
    'export const createServer = () => ({ server: make((_, r) => r.end()) });';
  // Asks the first server by two connections, and says which those were.
  const asks = `
    const l = await trial.start();
    const [one, other] = [await l.serve(), await l.serve()];
    const none = one.seen('up');
    const { connect } = await import('node:net');
    const ports = [];
    for (let n = 0; n < 2; n += 1) {
      const client = connect(one.port, '127.0.0.1');
      await new Promise((done) => client.on('connect', done));
      ports.push(client.localPort);
      client.write('GET / HTTP/1.0\\r\\n\\r\\n');
      await new Promise((done) => client.on('close', done).resume());
    }
    const title = [none, other.seen('up'), ...ports].join();`;

  test('is the newest connection of a line that the check names', async () => {
    const { failure } = await verdictOn(
      code,
      `${asks} trial.fail({ title, wire: one.seen('down', '200') });`,
    );
    const [none, other, , second] = failure!.title.split(',');
    expect([none, other]).toEqual(['', '']);
    expect(failure!.wire).toEqual({
      client: Number(second),
      direction: 'down',
      text: '200',
    });
  });

  test('is, without a word of the check, where something moved last', async () => {
    const { failure } = await verdictOn(code, `${asks} trial.fail({ title });`);
    const [, , , second] = failure!.title.split(',');
    expect(failure!.wire).toEqual({ client: Number(second) });
  });

  test('is nowhere where nothing moved', async () => {
    const { failure } = await verdictOn('export const answer = () => 41;');
    expect(failure!.wire).toBeUndefined();
  });
});

const noChromium = missingEngine('chromium');
const describeIfThere = noChromium === undefined ? describe : describe.skip;
if (noChromium !== undefined)
  process.stderr.write(`Skipped "a page": ${noChromium}\n`);

describeIfThere('a page', () => {
  test('that computes without an end is given up, and its end, too', async () => {
    // Not that of the other tests: it will not close this page soon.
    const browser = await openEngine('chromium');
    const { failure, ours } = await verdictOn(
      '',
      'const page = await trial.page(); await page.evaluate("for (;;);");',
      { browser: () => browser, limit: 500 },
    );
    expect(ours).toBeUndefined();
    expect(failure!.title).toBe('The page does not respond');
    expect(failure!.came).toBe('nothing: 1 s went by');
    await browser.close();
  });
});
