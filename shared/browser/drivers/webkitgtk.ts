/**
 * WebKitGTK: MiniBrowser, driven by WebKitWebDriver (W3C WebDriver over HTTP)
 * on a display of its own, so that no window comes up before anybody. One
 * WebKitWebDriver takes one session, so each profile has a process of its own.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { endWithUs } from '@on-the-wire/system/programs/end-with-us.ts';
import { execFile, spawn } from '@on-the-wire/system/programs/start.ts';
import type { Version } from '../engines.ts';
import { NotInThisEngine } from '../page.ts';
import { engineVersion } from '../version.ts';
import type {
  Driver,
  DriverOptions,
  FrameId,
  Handle,
  Media,
  Window,
  WindowOptions,
} from './driver.ts';
import { keyOf } from './firefox.ts';
import { leadToThisMachine } from './to-this-machine.ts';
import { type Inspector, inspectorOf } from './webkit-inspector.ts';

/** ms until a program that says nothing is given up: a busy machine is slow. */
const START = 120_000;
/** ms that one command waits in the page, so that others have their turn. */
const TURN = 100;
/** How WebDriver (12.1) names an element in JSON. */
const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf';

/** What each window is started with. */
interface Start {
  browser: string;
  args: string[];
  environment: NodeJS.ProcessEnv;
}

/** What windows need, whether they are driven or not. */
export interface Surroundings {
  version: Version;
  /** A display, and folders for a profile. */
  environment: NodeJS.ProcessEnv;
  close(): Promise<void>;
}

/**
 * Starts a display, on which windows open.
 *
 * @param browser the path of MiniBrowser
 * @throws Error where there is no Xvfb, or it does not start
 */
export async function startSurroundings(
  browser: string,
): Promise<Surroundings> {
  const folder = await mkdtemp(join(tmpdir(), 'webkitgtk-'));
  const display = await startDisplay(folder);
  const environment = {
    ...process.env,
    // Nothing of the learner's is read or written.
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_RUNTIME_DIR: folder,
    GTK_THEME: undefined,
    DISPLAY: display.name,
    WAYLAND_DISPLAY: undefined,
    GDK_BACKEND: 'x11',
    // Without a language it asks for the language "C".
    LANG: 'en_US.UTF-8',
  };
  const { stdout } = await execFile(browser, ['--version'], {
    env: environment,
  });
  const [, version = ''] = /(\d[\d.]+)/.exec(stdout) ?? [];
  return {
    version: engineVersion('webkitgtk', version),
    environment,
    async close() {
      await display.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Starts what driven windows need.
 *
 * @param browser the path of MiniBrowser
 * @throws Error where there is no Xvfb, or it does not start
 */
export async function startWebKitGTK(
  browser: string,
  { hosts = [] }: DriverOptions = {},
): Promise<Driver> {
  const { version, environment, close } = await startSurroundings(browser);
  const proxy = hosts.length > 0 ? await leadToThisMachine() : undefined;
  const args = proxy
    ? [
        `--proxy=socks5://127.0.0.1:${proxy.port}`,
        '--ignore-host=localhost',
        '--ignore-host=127.0.0.1',
      ]
    : [];
  const windows = new Set<Window>();
  return {
    engine: 'webkitgtk',
    version,
    async openWindow(options, beside) {
      const session =
        (beside as WebKitWindow | undefined)?.session ??
        (await startSession({ browser, args, environment }));
      const window = await session.openWindow(options);
      windows.add(window);
      return window;
    },
    async close() {
      await Promise.all([...windows].map((window) => window.close()));
      proxy?.close();
      await close();
    },
  };
}

/** A display without a screen, of the first number that is free. */
async function startDisplay(folder: string) {
  const child = spawn(
    'Xvfb',
    // As high as the longest page that is photographed.
    '-displayfd 3 -nolisten tcp -noreset -screen 0 2560x2560x24'.split(' '),
    { stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: true },
  );
  const ended = once(child, 'close');
  try {
    await once(child, 'spawn');
  } catch (cause) {
    throw new Error(
      'Starting WebKitGTK: its windows need a display of their own, and Xvfb ' +
        'was not found: install it (on Debian and Ubuntu: apt install xvfb).',
      { cause },
    );
  }
  const end = endWithUs(child, folder);
  const lines = createInterface({ input: child.stdio[3] as never });
  const number = await within(
    Promise.race([once(lines, 'line'), ended.then(() => undefined)]),
    'the number of its display from Xvfb',
  );
  if (!number) throw new Error('Starting WebKitGTK: Xvfb has ended at once.');
  const close = async () => {
    child.ref();
    child.kill(); // So that it removes its socket.
    await ended;
    end();
  };
  return { name: `:${number[0]}`, close };
}

async function within<T>(what: Promise<T>, name: string): Promise<T> {
  const late = pause(START, undefined, { ref: false }).then(() => {
    throw new Error(
      `Starting WebKitGTK: expected ${name} within ${START / 1000} s.`,
    );
  });
  return Promise.race([what, late]);
}

/** Runs a program, and ends its whole group when it or its input ends. */
export const LEASH = '{ "$@"; kill -KILL 0; } & cat >/dev/null; kill -KILL 0';

async function startSession({
  browser,
  args,
  environment: env,
}: Start): Promise<Session> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  const child = spawn(
    '/bin/sh',
    ['-c', LEASH, 'sh', 'WebKitWebDriver', `--port=${port}`],
    { stdio: 'pipe', detached: true, env },
  );
  const ended = once(child, 'close');
  const said: string[] = [];
  const inspected = new Promise<number>((done) => {
    for (const output of [child.stdout, child.stderr])
      createInterface({ input: output }).on('line', (line) => {
        said.push(line);
        const [, found] = /^listens on .*:(\d+)$/.exec(line) ?? [];
        if (found !== undefined) done(Number(found));
      });
  });
  const close = async () => {
    child.stdin.end();
    await ended;
  };
  const address = `http://127.0.0.1:${port}`;
  const isThere = async () => {
    while (child.exitCode === null && child.signalCode === null)
      try {
        return await ask(`${address}/status`);
      } catch {
        await pause(10);
      }
    throw new Error('WebKitWebDriver has ended at once.');
  };
  try {
    await within(isThere(), 'WebKitWebDriver to listen');
    const { sessionId } = await within(
      ask<{ sessionId: string }>(`${address}/session`, {
        capabilities: {
          alwaysMatch: {
            browserName: 'MiniBrowser',
            unhandledPromptBehavior: 'accept',
            acceptInsecureCerts: true,
            'webkitgtk:browserOptions': {
              binary: '/bin/sh',
              args: [
                '-c',
                'echo "listens on $WEBKIT_INSPECTOR_SERVER"; exec "$0" "$@"',
                browser,
                '--automation',
                ...args,
              ],
            },
          },
        },
      }),
      'a session of WebKitWebDriver',
    );
    const session = `${address}/session/${sessionId}`;
    await ask(`${session}/timeouts`, { script: null, pageLoad: START });
    const inspect = await within(
      inspected.then(inspectorOf),
      'the inspector of WebKitGTK',
    );
    return new Session(session, inspect, close);
  } catch (error) {
    await close();
    const words = said.join('\n');
    throw new Error(`Starting WebKitGTK: ${String(error)} ${words}`, {
      cause: error,
    });
  }
}

/**
 * One command: a POST where it has a body, else a GET.
 *
 * @throws Error in the words of the driver, or of the error in the page
 */
async function ask<T>(
  url: string,
  body?: object,
  method = body ? 'POST' : 'GET',
): Promise<T> {
  const response = await fetch(url, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as {
    value: T & { error?: string; message?: string };
  };
  if (response.ok) return value;
  const { error, message } = value;
  if (error === 'javascript error') throw new Error(message);
  throw new Error([error, message].filter(Boolean).join(': '));
}

/** One browser with its windows, which share a profile. */
class Session {
  readonly #url: string;
  readonly #inspect: (page: number) => Promise<Inspector>;
  readonly #end: () => Promise<void>;
  readonly #open = new Set<string>();
  /** The last page's number: the driver itself is 2. */
  #pages = 0;
  /** Commands run one after the other: each needs its document chosen. */
  #last: Promise<unknown> = Promise.resolve();
  #chosen = '';

  constructor(
    url: string,
    inspect: (page: number) => Promise<Inspector>,
    end: () => Promise<void>,
  ) {
    this.#url = url;
    this.#inspect = inspect;
    this.#end = end;
  }

  async openWindow({ size, media }: WindowOptions = {}): Promise<Window> {
    const isFirst = this.#pages === 0;
    this.#pages = isFirst ? 1 : Math.max(this.#pages, 2) + 1;
    const page = this.#pages;
    const handle = isFirst
      ? await ask<string>(`${this.#url}/window`)
      : (
          await this.#inTurn(() =>
            ask<{ handle: string }>(`${this.#url}/window/new`, {
              type: 'window',
            }),
          )
        ).handle;
    this.#open.add(handle);
    try {
      const inspector = await within(
        this.#inspect(page),
        'a word from the inspector of WebKitGTK',
      );
      const window = new WebKitWindow(this, handle, inspector);
      if (size) await window.resize(size.width, size.height);
      if (media) await window.emulate(media);
      return window;
    } catch (error) {
      await this.close(handle);
      throw error;
    }
  }

  /** A command to a document of a window. */
  do<T>(handle: string, frame: FrameId, path: string, body?: object) {
    return this.#inTurn(async () => {
      await this.#choose(handle, frame);
      return ask<T>(`${this.#url}/${path}`, body);
    });
  }
  #inTurn<T>(command: () => Promise<T>): Promise<T> {
    const next = this.#last.then(command);
    this.#last = next.catch(() => {});
    return next;
  }
  async #choose(handle: string, frame: FrameId) {
    const wanted = handle + frame;
    if (frame === TOP && wanted === this.#chosen) return;
    if (!this.#chosen.startsWith(handle))
      await ask(`${this.#url}/window`, { handle });
    this.#chosen = wanted;
    await ask(`${this.#url}/frame`, { id: null });
    for (const id of JSON.parse(frame) as string[])
      await ask(`${this.#url}/frame`, { id: { [ELEMENT]: id } });
  }

  /** Closes a window, and with the last one the browser. */
  async close(handle: string) {
    if (!this.#open.delete(handle)) return;
    if (this.#open.size === 0) await this.#end();
    else
      await this.#inTurn(async () => {
        await this.#choose(handle, TOP);
        await ask(`${this.#url}/window`, undefined, 'DELETE');
        this.#chosen = '';
      }).catch((error: unknown) => {
        if (this.#open.size > 0) throw error; // Else the browser is gone.
      });
  }
}

/** The document of a window; those of frames are lists of elements. */
const TOP = '[]' as FrameId;

class WebKitWindow implements Window {
  readonly top = TOP;
  readonly session: Session;
  readonly onConsole: Inspector['onConsole'];
  readonly onRequest: Inspector['onRequest'];
  readonly before: Inspector['before'];
  readonly #handle: string;
  readonly #inspector: Inspector;

  constructor(session: Session, handle: string, inspector: Inspector) {
    this.session = session;
    this.#handle = handle;
    this.onConsole = inspector.onConsole;
    this.onRequest = inspector.onRequest;
    this.before = inspector.before;
    this.#inspector = inspector;
  }

  #do = <T>(frame: FrameId, path: string, body?: object): Promise<T> =>
    this.session.do<T>(this.#handle, frame, path, body);

  async open(url: string) {
    await this.#do(this.top, 'url', { url });
    // It says 200 all the same, with its own page on the error; in the page
    // alone that has no address.
    const [here, why] = (await this.evaluate(
      this.top,
      '[location.href, document.body?.innerText]',
    )) as [string, string];
    if (here !== 'about:blank' || url.startsWith('about:')) return;
    throw new Error(`Opening ${url}: nothing loads there. ${why}`);
  }
  async go(where: 'back' | 'forward' | 'again') {
    await this.#do(this.top, where === 'again' ? 'refresh' : where, {});
  }

  async evaluate(frame: FrameId, expression: string) {
    let begin = `(async () => JSON.stringify(await (${expression}\n)))()`;
    for (;;) {
      const { value, kept } = await this.#run<{
        value?: string | null;
        kept?: number;
      }>(frame, inTurns(begin));
      if (kept === undefined)
        return typeof value === 'string'
          ? (JSON.parse(value) as unknown)
          : undefined;
      begin = `all[${kept}]`;
    }
  }
  async find(frame: FrameId, expression: string) {
    const found = await this.#run<Record<string, string> | null>(
      frame,
      `return (${expression}\n);`,
    );
    const id = found?.[ELEMENT];
    return id === undefined ? null : { frame, id };
  }
  #run = <T>(frame: FrameId, script: string) =>
    this.#do<T>(frame, 'execute/sync', { script, args: [] });
  async inside({ frame, id }: Handle) {
    return JSON.stringify([...(JSON.parse(frame) as string[]), id]) as FrameId;
  }

  hover = (handle: Handle) => this.#point(handle);
  click = (handle: Handle) =>
    this.#point(
      handle,
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    );
  #point({ frame, id }: Handle, ...presses: object[]) {
    const origin = { [ELEMENT]: id };
    const move = { type: 'pointerMove', duration: 0, x: 0, y: 0, origin };
    return this.#mouse(frame, [move, ...presses]);
  }
  #mouse = (frame: FrameId, actions: object[]) =>
    this.#act(frame, {
      type: 'pointer',
      id: 'mouse',
      parameters: { pointerType: 'mouse' },
      actions,
    });
  press(frame: FrameId, keys: readonly string[]) {
    const down = keys.map((key) => ({ type: 'keyDown', value: keyOf(key) }));
    const up = down.map(({ value }) => ({ type: 'keyUp', value })).reverse();
    return this.#keys(frame, [...down, ...up]);
  }
  type(frame: FrameId, text: string) {
    const each = [...text].flatMap((value) => [
      { type: 'keyDown', value },
      { type: 'keyUp', value },
    ]);
    return this.#keys(frame, each);
  }
  #keys = (frame: FrameId, actions: object[]) =>
    this.#act(frame, { type: 'key', id: 'keyboard', actions });
  async #act(frame: FrameId, source: object) {
    await this.#do(frame, 'actions', { actions: [source] });
  }

  async mouse(what: 'move' | 'down' | 'up', x: number, y: number) {
    const at = { duration: 0, x: Math.round(x), y: Math.round(y) };
    const actions = {
      move: { type: 'pointerMove', ...at },
      down: { type: 'pointerDown', button: 0 },
      up: { type: 'pointerUp', button: 0 },
    };
    await this.#mouse(this.top, [actions[what]]);
  }

  async emulate({ colorScheme, reducedMotion, forcedColors }: Media) {
    if (forcedColors === 'active')
      throw new NotInThisEngine('webkitgtk', 'force colours');
    const asValue = (choice: string | null) =>
      choice?.replace(/(?:^|-)(.)/g, (_, letter: string) =>
        letter.toUpperCase(),
      );
    if (colorScheme !== undefined)
      await this.#inspector.prefer('ColorScheme', asValue(colorScheme));
    if (reducedMotion !== undefined)
      await this.#inspector.prefer('ReducedMotion', asValue(reducedMotion));
  }

  async screenshot() {
    const picture = await this.#do<string>(this.top, 'screenshot');
    return Buffer.from(picture, 'base64');
  }
  async resize(width: number, height: number) {
    const bars = await this.evaluate(
      this.top,
      '({ wide: outerWidth - innerWidth, high: outerHeight - innerHeight })',
    );
    const { wide, high } = bars as { wide: number; high: number };
    const rect = { x: 0, y: 0, width: width + wide, height: height + high };
    await this.#do(this.top, 'window/rect', rect);
  }

  close = () => this.session.close(this.#handle);
}

/**
 * Waits for a promise in the page, at most for a turn: then it is kept there,
 * and the next turn waits on.
 */
const inTurns = (promise: string) => `
  const all = (window[Symbol.for('kept by the driver')] ??= []);
  const it = ${promise};
  if (!it) throw new Error('The document has been left.');
  return Promise.race([
    it.then((value) => ({ value })),
    new Promise((done) => setTimeout(done, ${TURN})).then(() => {
      if (!all.includes(it)) all.push(it);
      return { kept: all.indexOf(it) };
    }),
  ]);`;
