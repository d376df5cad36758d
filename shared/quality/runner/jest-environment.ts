/**
 * Where each file of tests runs: Node, and one browser for all files of one
 * worker. jest loads every module again for every file, save this one and what
 * it imports: playwright and a browser of their own would cost each file two
 * seconds of the processor.
 *
 * And no variable decides about colours: where tests run in a terminal jest sets
 * `FORCE_COLOR` for its workers, and then Node colours what goes to any stream.
 */
import { TestEnvironment } from 'jest-environment-node';
import type { Browser } from 'playwright-core';
import {
  findBrowser,
  noBrowser,
  openBrowser,
} from '@on-the-wire/browser/browser.ts';
import type { WorkersBrowser } from '@on-the-wire/testing/describe-with-browser.ts';

/** So long the browser waits for the next file, in ms: jest begins it at once. */
const WAIT = 50;

/**
 * So long a page is waited for, in ms: only one that hangs takes longer, even
 * on a machine with much to do, and playwright then says what did not come.
 * Less than jest's own `testTimeout`, which says nothing.
 */
const HANGS = 300_000;

// Node itself looks at this environment, code in a test at a copy. There jest
// finds them again, and colours what it says of a test that failed.
const aboutColours = Object.fromEntries(
  ['FORCE_COLOR', 'NO_COLOR', 'NODE_DISABLE_COLORS'].flatMap((name) => {
    const value = process.env[name];
    delete process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

let missing: string | undefined | null = null;
let browser: Promise<Browser> | undefined;
let files = 0;
let begun = 0;
let closing: NodeJS.Timeout | undefined;

// Where a learner stopped, as one file of tests notes it, is nothing to another.
const progress = process.env['ON_THE_WIRE_PROGRESS'];

const workersBrowser: WorkersBrowser = {
  missing() {
    if (missing === null) missing = findBrowser() ? undefined : noBrowser;
    return missing;
  },
  async open() {
    browser ??= flags().then(openBrowser).then(patientWithPages);
    const opened = await browser;
    if (opened.isConnected()) return opened;
    browser = undefined;
    return workersBrowser.open();
  },
};

async function flags(): Promise<string[]> {
  const { localCertificate } =
    await import('@on-the-wire/system/certificates/certificates.ts');
  const { spki } = await localCertificate();
  return [
    // Names of somebody else's that lead to this machine.
    '--host-resolver-rules=MAP *.example 127.0.0.1',
    // This machine's own certificate is accepted, and no other.
    `--ignore-certificate-errors-spki-list=${spki}`,
  ];
}

/** Contexts, and `newPage` makes one too, inherit no limit from a browser. */
function patientWithPages(opened: Browser): Browser {
  const { newContext } = opened;
  opened.newContext = async (options) => {
    const context = await newContext.call(opened, options);
    context.setDefaultTimeout(HANGS);
    return context;
  };
  return opened;
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

  override async teardown(): Promise<void> {
    // Otherwise jest would clear the object itself, as it does with globals.
    delete this.global['workersBrowser'];
    files -= 1;
    if (files === 0) closing = setTimeout(closeOrEnd, WAIT);
    await super.teardown();
  }
}

/**
 * Closes the browser, unless this worker is told to end meanwhile: jest gives it
 * half a second, and on a busy machine a browser takes longer. An exit takes the
 * browser along.
 */
async function closeOrEnd(): Promise<void> {
  const told = setInterval(() => {
    // jest listens until it has told the worker to end.
    if (process.connected && process.listenerCount('message') === 0)
      process.exit();
  }, 10);
  await closeBrowser();
  clearInterval(told);
}

/** Closes the browser of this process, if it has one. */
export async function closeBrowser(): Promise<void> {
  clearTimeout(closing);
  const open = browser;
  browser = undefined;
  await (await open)?.close();
}
