/**
 * Where each file of tests runs: Node, and for all files of one worker a browser
 * of each engine that they use. jest loads every module again for every file,
 * save this one and what it imports: playwright and a browser of their own would
 * cost each file two seconds of the processor.
 *
 * And no variable decides about colours: where tests run in a terminal jest sets
 * `FORCE_COLOR` for its workers, and then Node colours what goes to any stream.
 */
import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { TestEnvironment } from 'jest-environment-node';
import { missingEngine, type Engine } from '@on-the-wire/browser/engines.ts';
import type { Browser, NotInThisEngine } from '@on-the-wire/browser/page.ts';
import type { WorkersBrowser } from '@on-the-wire/testing/describe-with-browser.ts';
import { engineNames } from '@on-the-wire/viewer/page/engine.ts';

/** So long the browser waits for the next file, in ms: jest begins it at once. */
const WAIT = 50;

/**
 * So long a page is waited for, in ms: only one that hangs takes longer, even
 * on a machine with much to do, and playwright then says what did not come.
 * Less than jest's own `testTimeout`, which says nothing.
 */
const HANGS = 90_000;

// Node itself looks at this environment, code in a test at a copy. There jest
// finds them again, and colours what it says of a test that failed.
const aboutColours = Object.fromEntries(
  ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS'].flatMap((name) => {
    const value = process.env[name];
    delete process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

const missing = new Map<Engine, string | undefined>();
const browsers = new Map<Engine, Promise<Browser>>();
let files = 0;
let begun = 0;
let closing: NodeJS.Timeout | undefined;
let told: NodeJS.Timeout | undefined;

// Where a learner stopped, as one file of tests notes it, is nothing to another.
const progress = process.env['ON_THE_WIRE_PROGRESS'];

const workersBrowser: WorkersBrowser = {
  only: process.env['ONLY_ENGINE'] as Engine | undefined,
  names: engineNames,
  missing(engine) {
    if (!missing.has(engine)) missing.set(engine, missingEngine(engine));
    return missing.get(engine);
  },
  async open(engine) {
    const opening = browsers.get(engine) ?? openPatiently(engine);
    browsers.set(engine, opening);
    const opened = await opening;
    if (opened.isConnected()) return opened;
    browsers.delete(engine);
    return workersBrowser.open(engine);
  },
};

/** Names of somebody else's that lead to this machine. */
const hosts = ['course', 'elsewhere', 'evil', 'stranger'].map(
  (name) => `${name}.example`,
);

async function openPatiently(engine: Engine): Promise<Browser> {
  // Takes half a second to load: not before it is needed.
  const { openEngine } = await import('@on-the-wire/browser/open-engine.ts');
  const opened = await openEngine(engine, { hosts });
  noteVersion(engine, opened);
  const { newContext, newPage } = opened;
  opened.newContext = async (options) => {
    const context = await unlessItHangs(newContext.call(opened, options));
    context.setDefaultTimeout(HANGS);
    return context;
  };
  opened.newPage = async (options) => {
    const page = await unlessItHangs(newPage.call(opened, options));
    page.setDefaultTimeout(HANGS);
    return page;
  };
  return opened;

  /** A browser that opens no page will not open the next one either. */
  async function unlessItHangs<T>(opening: Promise<T>): Promise<T> {
    const late = new AbortController();
    const hangs = after(HANGS, undefined, late).then(() => {
      void opened.close().catch(() => {});
      throw new Error(`The browser opened no page in ${HANGS / 1000} s.`);
    });
    return Promise.race([opening, hangs]).finally(() => late.abort());
  }
}

/** What is read of jest's own events, and of the state that they change. */
interface TestEvent {
  name: string;
  test?: RunTest;
  hook?: { type: string; parent: Described };
}
interface RunTest {
  name: string;
  parent: Described;
  errors: unknown[];
  status: string | null;
  mode?: string | undefined;
}
interface Described {
  name: string;
  parent?: Described;
  tests: RunTest[];
}
interface TestState {
  unhandledErrors: unknown[];
}

/** Whether a name begins with engines, and this one is not among them. */
function isAboutOthers(name: string, engine: Engine): boolean {
  const [, named] = /^in ((?:[A-Z]\w+(?:, | and |))+),? /.exec(name) ?? [];
  if (named === undefined) return false;
  const names = Object.values(engineNames);
  return (
    names.some((each) => named.includes(each)) &&
    !named.includes(engineNames[engine])
  );
}

function sayNotRun(test: RunTest, engine: Engine, why: string): void {
  const names: string[] = [test.name];
  for (let each = test.parent; each.parent; each = each.parent)
    names.unshift(each.name);
  process.stderr.write(
    `Not run in ${engineNames[engine]}: ${names.join(' › ')}: ${why}.\n`,
  );
}

/** What a driver could not do, where this is why a test failed. */
function whatItCannot(errors: readonly unknown[]): string | undefined {
  // With each there is where jest has called it.
  const first = ([errors[0]].flat() as Partial<NotInThisEngine>[])[0];
  return first?.name === 'NotInThisEngine' ? first.what : undefined;
}

/** Gives tests the browser that their worker has opened once. */
export default class WithBrowser extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    files += 1;
    Object.assign(this.global.process.env, aboutColours);
    if (progress !== undefined) {
      begun += 1;
      const own = `${progress}.${process.pid}.${begun}`;
      // Programs that a test starts get this process's variables.
      process.env['ON_THE_WIRE_PROGRESS'] = own;
      this.global.process.env['ON_THE_WIRE_PROGRESS'] = own;
    }
    clearTimeout(closing);
    this.global['workersBrowser'] = workersBrowser;
  }

  /**
   * Where a run is about one engine, a test that is about others by its name, or
   * needs what the engine's driver cannot do, is not run, and one line says so.
   */
  handleTestEvent({ name, test, hook }: TestEvent, state: TestState): void {
    const { only } = workersBrowser;
    if (only === undefined) return;
    if (name === 'test_start' && test && isAboutOthers(test.name, only)) {
      test.mode = 'skip';
      sayNotRun(test, only, 'its name says so');
    }
    const what = test && whatItCannot(test.errors);
    if (name === 'test_done' && test && what !== undefined) {
      test.errors = [];
      test.status = 'skip';
      sayNotRun(test, only, `its driver cannot ${what}`);
    }
    // What was never opened cannot be closed.
    const { type, parent } = hook ?? {};
    const noneRan = parent?.tests.every(({ status }) => status === 'skip');
    if (name === 'hook_failure' && type === 'afterAll' && noneRan)
      state.unhandledErrors.pop();
  }

  override async teardown(): Promise<void> {
    // Otherwise jest would clear the object itself, as it does with globals.
    delete this.global['workersBrowser'];
    files -= 1;
    if (files === 0) closing = setTimeout(closeOrEnd, WAIT);
    await super.teardown();
  }
}

/**
 * Closes the browsers, unless this worker is told to end meanwhile: jest gives it
 * half a second, and on a busy machine a browser takes longer. An exit takes the
 * browsers along.
 */
async function closeOrEnd(): Promise<void> {
  clearInterval(told);
  told = setInterval(() => {
    // jest listens until it has told the worker to end.
    if (process.connected && process.listenerCount('message') === 0)
      process.exit();
  }, 10);
  await closeBrowser();
  told.unref();
}

/** For the summary of the walks, which is made by another process. */
function noteVersion(engine: Engine, browser: Browser): void {
  if (progress === undefined) return;
  const line = JSON.stringify({ engine, version: browser.version() });
  appendFileSync(join(dirname(progress), 'engines'), `${line}\n`);
}

/** Closes the browsers of this process, if it has any. */
export async function closeBrowser(): Promise<void> {
  clearTimeout(closing);
  const open = [...browsers.values()];
  browsers.clear();
  // Of one that did not open, its tests tell.
  await Promise.allSettled(
    open.map(async (browser) => (await browser).close()),
  );
}
