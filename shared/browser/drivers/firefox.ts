/** Firefox over WebDriver BiDi (W3C), headless, with a profile of its own. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WebSocket } from 'ws';
import { endWithUs } from '@on-the-wire/system/programs/end-with-us.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import type {
  Driver,
  DriverOptions,
  FrameId,
  Handle,
  Media,
  Window,
  WindowOptions,
} from './driver.ts';
import { engineVersion } from '../version.ts';

/** ms until a Firefox that says nothing is given up: a busy machine is slow. */
const START = 120_000;
/** ms until a command without a response is given up. */
const PATIENCE = 90_000;

/** A profile in which nothing happens that nobody asked for. */
const preferences: Record<string, string | number | boolean> = {
  'app.normandy.enabled': false,
  'app.update.disabledForTesting': true,
  'browser.shell.checkDefaultBrowser': false,
  'browser.startup.page': 0,
  'browser.tabs.remote.separatePrivilegedContentProcess': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  // Shows JSON in a page of its own, in which no script may fetch.
  'devtools.jsonview.enabled': false,
  // A process that was started for one page more would cost half a second.
  'dom.ipc.processPrelaunch.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.proxy.type': 0,
  'services.settings.server': 'data:,',
  'toolkit.telemetry.reportingpolicy.firstRun': false,
};

/**
 * One process for all pages, and timers of hidden ones that ring in time: a
 * third of the processor's time for a page (Firefox 153).
 */
const unseenPreferences = {
  'dom.ipc.processCount': 1,
  'dom.min_background_timeout_value': 4, // ms
  'dom.timeout.enable_budget_timer_throttling': false,
  'fission.webContentIsolationStrategy': 0, // nothing
};

/** The keys that WebDriver names by a character of its own (17.4.2). */
const named: Record<string, string> = {
  Alt: '\uE00A',
  ArrowDown: '\uE015',
  ArrowLeft: '\uE012',
  ArrowRight: '\uE014',
  ArrowUp: '\uE013',
  Backspace: '\uE003',
  Control: '\uE009',
  Delete: '\uE017',
  End: '\uE010',
  Enter: '\uE006',
  Escape: '\uE00C',
  F6: '\uE036',
  Home: '\uE011',
  Meta: '\uE03D',
  PageDown: '\uE00F',
  PageUp: '\uE00E',
  Shift: '\uE008',
  Tab: '\uE004',
};

/** The key as WebDriver wants it. */
export const keyOf = (key: string): string => named[key] ?? key;

/**
 * Starts Firefox.
 *
 * @param program its path
 * @throws Error where it does not start
 */
export async function startFirefox(
  program: string,
  { hosts = [], unseen = false, patience = PATIENCE }: DriverOptions = {},
): Promise<Driver> {
  const profile = await mkdtemp(join(tmpdir(), 'firefox-'));
  const all = {
    ...preferences,
    ...(unseen && unseenPreferences),
    'network.dns.localDomains': hosts.join(),
  };
  const lines = Object.entries(all).map(
    ([name, value]) =>
      `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`,
  );
  await writeFile(join(profile, 'user.js'), lines.join(''));
  const child = spawn(
    program,
    [
      '--headless',
      '--no-remote',
      '--profile',
      profile,
      '--remote-debugging-port',
      '0',
      // What BiDi has no command for, we ask the browser's own window.
      '--remote-allow-system-access',
      'about:blank',
    ],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
      env: { ...process.env, MOZ_CRASHREPORTER_DISABLE: '1' },
    },
  );
  const ended = once(child, 'close');
  const end = endWithUs(child, profile);
  const close = async () => {
    end();
    child.ref();
    await ended;
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const address = await addressOf(child.stderr!, ended);
    const type = unseen ? 'tab' : 'window';
    return await connect(`${address}/session`, type, patience, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where it listens, which it says on its standard error. */
async function addressOf(
  output: NodeJS.ReadableStream,
  ended: Promise<unknown>,
): Promise<string> {
  const said: string[] = [];
  const address = new Promise<string>((done) => {
    createInterface({ input: output }).on('line', (line) => {
      said.push(line);
      const [, found] =
        /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(line) ?? [];
      if (found !== undefined) done(found);
    });
  });
  const late = new Promise((done) => setTimeout(done, START).unref());
  const first = await Promise.race([address, ended, late]);
  if (typeof first === 'string') return first;
  throw new Error(
    `Starting Firefox: expected the address of its WebDriver BiDi within ${START / 1000} s; it said: ${said.join('\n') || 'nothing'}`,
  );
}

/** A value as BiDi tells it: what we ask for is text, or a node, or a window. */
interface Told {
  type: string;
  sharedId?: string;
  value?: any;
}

/** A choice as Firefox's own window names it; `none` where there is none. */
const asOverride = (choice: string | null) => choice ?? 'none';

/** Commands whose response is a page's, and not Firefox's own. */
const loads = new Set(
  ['navigate', 'reload', 'traverseHistory'].map(
    (name) => `browsingContext.${name}`,
  ),
);

/** The connection: commands with their results, and events. */
class Session {
  readonly #socket: WebSocket;
  readonly #patience: number;
  #last = 0;
  readonly #waiting = new Map<
    number,
    {
      method: string;
      timer: NodeJS.Timeout | undefined;
      done: (result: any) => void;
      fail: (error: Error) => void;
    }
  >();
  readonly #heard = new Set<(method: string, params: any) => void>();

  constructor(socket: WebSocket, patience: number) {
    this.#socket = socket;
    this.#patience = patience;
    socket.on('message', (data: Buffer) => {
      const { id, method, params, result, message } = JSON.parse(`${data}`);
      if (method !== undefined)
        for (const hear of this.#heard) hear(method, params);
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      clearTimeout(waiting?.timer);
      if (result) waiting?.done(result);
      else waiting?.fail(new Error(`Firefox: ${waiting.method}: ${message}`));
    });
    socket.on('close', () => {
      for (const { timer, fail } of this.#waiting.values()) {
        clearTimeout(timer);
        fail(new Error('Firefox has ended.'));
      }
    });
  }

  /** Whether Firefox is there. */
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  /**
   * As `ask`, one after the other: Firefox cannot open a tab while another one
   * closes.
   */
  askInTurn(method: string, params: object): Promise<any> {
    const next = this.#turn.then(() => this.ask(method, params));
    this.#turn = next.catch(() => {});
    return next;
  }
  #turn: Promise<unknown> = Promise.resolve();

  /** A number that no other call gets. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }

  ask(method: string, params: object = {}): Promise<any> {
    const id = this.next();
    return new Promise((done, fail) => {
      if (!this.isOpen) return fail(new Error('Firefox has ended.'));
      const giveUp = () => {
        this.#waiting.delete(id);
        const seconds = this.#patience / 1_000;
        fail(new Error(`Firefox: ${method}: no response in ${seconds} s`));
        // It would open no other tab either.
        if (!loads.has(method)) this.#socket.terminate();
      };
      // What a page is asked may take as long as it likes.
      const timer = method.startsWith('script.')
        ? undefined
        : setTimeout(giveUp, this.#patience);
      this.#waiting.set(id, { method, timer, done, fail });
      return this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  /** @returns what ends it */
  hear(hear: (method: string, params: any) => void): () => void {
    this.#heard.add(hear);
    return () => this.#heard.delete(hear);
  }
}

async function connect(
  url: string,
  type: 'tab' | 'window',
  patience: number,
  close: () => Promise<void>,
): Promise<Driver> {
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const session = new Session(socket, patience);
  const { capabilities } = await session.ask('session.new', {
    capabilities: {
      alwaysMatch: {
        acceptInsecureCerts: true,
        unhandledPromptBehavior: { default: 'accept' },
      },
    },
  });
  await session.ask('session.subscribe', {
    events: [
      'log.entryAdded',
      'network.beforeRequestSent',
      'browsingContext.contextCreated',
    ],
  });
  const { contexts } = await session.ask('browsingContext.getTree', {
    'moz:scope': 'chrome',
  });
  const [{ context: chrome }] = contexts;
  return {
    engine: 'firefox',
    version: engineVersion('firefox', capabilities.browserVersion),
    isOpen: () => session.isOpen,
    openWindow: (options, beside) =>
      openWindow(session, chrome, type, options, beside as FirefoxWindow),
    close,
  };
}

async function openWindow(
  session: Session,
  chrome: string,
  type: 'tab' | 'window',
  { size, media }: WindowOptions = {},
  beside?: FirefoxWindow,
): Promise<Window> {
  const userContext =
    beside?.profile ??
    (await session.ask('browser.createUserContext')).userContext;
  const { context } = await session.askInTurn('browsingContext.create', {
    type,
    userContext,
  });
  const window = new FirefoxWindow(session, chrome, context, userContext);
  if (size) await window.resize(size.width, size.height);
  if (media && Object.keys(media).length > 0) await window.emulate(media);
  return window;
}

class FirefoxWindow implements Window {
  readonly top: FrameId;
  /** BiDi's "user context": cookies, cache and storage of its own. */
  readonly profile: string;
  readonly #session: Session;
  readonly #chrome: string;
  readonly #console = new Set<(text: string, kind: string) => void>();
  /** Entries of the console, each with its time. */
  readonly #told = new Set<string>();
  readonly #request = new Set<(url: string) => void>();
  readonly #opened = new Set<(window: Window) => void>();
  readonly #deafen: () => void;
  #media: Media = {};
  /** Its document and those of its frames. */
  readonly #own: Set<string>;
  /** How many windows have each profile; the tree of all changes meanwhile. */
  static readonly #sharing = new Map<string, number>();

  constructor(
    session: Session,
    chrome: string,
    context: string,
    profile: string,
  ) {
    this.#session = session;
    this.#chrome = chrome;
    this.top = context as FrameId;
    this.#own = new Set([context]);
    this.profile = profile;
    const sharing = FirefoxWindow.#sharing;
    sharing.set(profile, (sharing.get(profile) ?? 0) + 1);
    this.#deafen = session.hear((method, params) => this.#hear(method, params));
  }

  #hear(method: string, params: any): void {
    if (method === 'browsingContext.contextCreated') {
      const { context, parent, originalOpener } = params;
      if (this.#own.has(parent)) this.#own.add(context);
      if (parent || !this.#own.has(originalOpener)) return;
      const window = new FirefoxWindow(
        this.#session,
        this.#chrome,
        context,
        this.profile,
      );
      for (const hear of this.#opened) hear(window);
    } else if (method === 'log.entryAdded') {
      if (!this.#own.has(params.source.context)) return;
      // Back and forward tell again what a kept page has logged before.
      const entry = `${params.timestamp} ${params.text}`;
      if (this.#told.has(entry)) return;
      this.#told.add(entry);
      // An error of a script has a stack; what Firefox itself says has none.
      const isThrown = params.type === 'javascript' && params.stackTrace;
      const kind = isThrown ? 'uncaught' : params.method;
      for (const hear of this.#console) hear(params.text, kind ?? params.level);
    } else if (this.#own.has(params.context))
      for (const hear of this.#request) hear(params.request.url);
  }

  onConsole = (hear: (text: string, kind: string) => void) =>
    void this.#console.add(hear);
  onRequest = (hear: (url: string) => void) => void this.#request.add(hear);
  onWindow = (hear: (window: Window) => void) => void this.#opened.add(hear);

  /** BiDi has no commands for these in Firefox 153; its own window has. */
  async emulate(media: Media) {
    this.#media = { ...this.#media, ...media };
    const { colorScheme, reducedMotion, forcedColors } = this.#media;
    const overrides = {
      ...(colorScheme !== undefined && {
        prefersColorSchemeOverride: asOverride(colorScheme),
      }),
      ...(reducedMotion !== undefined && {
        prefersReducedMotionOverride: asOverride(reducedMotion),
      }),
      ...(forcedColors !== undefined && {
        forcedColorsOverride: asOverride(forcedColors),
      }),
    };
    const mark = `${this.#session.next()}`;
    await this.evaluate(this.top, `void (window.name = 'emulate-${mark}')`);
    await this.#tell(
      this.#chrome as FrameId,
      `(() => {
        for (const { gBrowser } of Services.wm.getEnumerator('navigator:browser'))
          for (const { browsingContext } of gBrowser?.browsers ?? [])
            if (browsingContext.name === 'emulate-${mark}')
              Object.assign(browsingContext, ${JSON.stringify(overrides)});
      })()`,
      false,
    );
    await this.evaluate(this.top, "void (window.name = '')");
  }
  async before(script: string) {
    await this.#session.ask('script.addPreloadScript', {
      functionDeclaration: script,
      contexts: [this.top],
    });
  }
  async forgetCookies() {
    const partition = { type: 'context', context: this.top };
    await this.#session.ask('storage.deleteCookies', { partition });
  }

  async open(url: string) {
    const { top: context } = this;
    const what = { context, url, wait: 'complete' };
    await this.#session.ask('browsingContext.navigate', what);
    // Another origin has another process, which knows nothing of these.
    if (Object.keys(this.#media).length > 0) await this.emulate({});
  }
  async go(where: 'back' | 'forward' | 'again') {
    const { top: context } = this;
    if (where === 'again') {
      const what = { context, wait: 'complete' };
      await this.#session.ask('browsingContext.reload', what);
    } else {
      const delta = where === 'back' ? -1 : 1;
      await this.#session.ask('browsingContext.traverseHistory', {
        context,
        delta,
      });
    }
  }

  async evaluate(frame: FrameId, expression: string) {
    const told = await this.#tell(
      frame,
      `(async () => JSON.stringify(await (${expression})))()`,
      true,
    );
    return told.type === 'string'
      ? (JSON.parse(told.value) as unknown)
      : undefined;
  }
  async find(frame: FrameId, expression: string) {
    const told = await this.#tell(frame, expression, false);
    return told.type === 'node' ? { frame, id: told.sharedId! } : null;
  }
  async #tell(context: FrameId, expression: string, awaitPromise: boolean) {
    const { result, exceptionDetails } = await this.#session.ask(
      'script.evaluate',
      {
        expression,
        target: { context },
        awaitPromise,
        serializationOptions: { maxDomDepth: 0 },
      },
    );
    if (exceptionDetails) throw new Error(exceptionDetails.text);
    return result as Told;
  }
  async inside({ frame: context, id }: Handle) {
    const { result } = await this.#session.ask('script.callFunction', {
      functionDeclaration: '(frame) => frame.contentWindow',
      arguments: [{ sharedId: id }],
      target: { context },
      awaitPromise: false,
    });
    const inner = (result as Told).value.context as FrameId;
    this.#own.add(inner);
    return inner;
  }

  hover = (handle: Handle) => this.#point(handle);
  click = (handle: Handle) =>
    this.#point(
      handle,
      { type: 'pointerDown', button: 0 },
      { type: 'pointerUp', button: 0 },
    );
  #point({ frame, id }: Handle, ...presses: object[]) {
    const element = { type: 'element', element: { sharedId: id } };
    const move = { type: 'pointerMove', x: 0, y: 0, origin: element };
    return this.#act(frame, {
      type: 'pointer',
      id: 'mouse',
      actions: [move, ...presses],
    });
  }
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
  async #act(context: FrameId, source: object) {
    const what = { context, actions: [source] };
    await this.#session.ask('input.performActions', what);
  }

  async mouse(what: 'move' | 'down' | 'up', x: number, y: number) {
    const actions = {
      move: { type: 'pointerMove', x: Math.round(x), y: Math.round(y) },
      down: { type: 'pointerDown', button: 0 },
      up: { type: 'pointerUp', button: 0 },
    };
    const source = { type: 'pointer', id: 'mouse', actions: [actions[what]] };
    await this.#act(this.top, source);
  }

  async screenshot() {
    const { top: context } = this;
    const { data } = await this.#session.ask(
      'browsingContext.captureScreenshot',
      { context },
    );
    return Buffer.from(data, 'base64');
  }
  async resize(width: number, height: number) {
    await this.#session.ask('browsingContext.setViewport', {
      context: this.top,
      viewport: { width, height },
    });
  }
  async close() {
    this.#deafen();
    await this.#leave().catch((error: unknown) => {
      if (this.#session.isOpen) throw error; // Else Firefox is gone.
    });
  }
  async #leave() {
    const { top: context } = this;
    await this.#session.askInTurn('browsingContext.close', { context });
    const { profile: userContext } = this;
    const left = FirefoxWindow.#sharing.get(userContext)! - 1;
    FirefoxWindow.#sharing.set(userContext, left);
    // With the profile all its other windows would close.
    if (left > 0) return;
    FirefoxWindow.#sharing.delete(userContext);
    await this.#session.askInTurn('browser.removeUserContext', { userContext });
  }
}
