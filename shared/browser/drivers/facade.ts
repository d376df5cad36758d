/** A driver's windows as pages: locators, and waiting for what they mean. */
import { EventEmitter } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type {
  Browser,
  Context,
  Document,
  LocatorFilter,
  Locator,
  Page,
  PageOptions,
  RoleOptions,
  TextPattern,
  Wait,
} from '../page.ts';
import { NotInThisEngine } from '../page.ts';
import type { Engine } from '../engines.ts';
import type { Driver, FrameId, Handle, Media, Window } from './driver.ts';
import {
  locate,
  placement,
  type Placement,
  type LocatorStep,
  type Wanted,
} from './in-page.ts';

/** ms between two looks at a page. */
const AGAIN = 30;
/** ms that a page waits for unless it is told otherwise. */
const TIMEOUT_MS = 30_000;

/** A driver's browser, to be used as one of playwright is. */
export function asBrowser(driver: Driver): Browser {
  const contexts = new Set<Context>();
  let isConnected = true;
  const newContext = (options: PageOptions = {}): Context => {
    refuse(driver.engine, options);
    const context = new DrivenContext(driver, options, () =>
      contexts.delete(context),
    );
    contexts.add(context);
    return context;
  };
  return {
    newContext: async (options) => newContext(options),
    newPage: async (options) => newContext(options).newPage(),
    contexts: () => [...contexts],
    isConnected: () => isConnected && driver.isOpen?.() !== false,
    version: () => driver.version.version,
    async close() {
      isConnected = false;
      await driver.close();
    },
  };
}

/** Options of playwright that no driver of ours has. */
function refuse(engine: Engine, options: object): void {
  for (const name of ['javaScriptEnabled', 'storageState', 'permissions'])
    if (name in options)
      throw new NotInThisEngine(engine, `open a page with ${name}`);
}

class DrivenContext extends EventEmitter implements Context {
  readonly driver: Driver;
  timeoutMs = TIMEOUT_MS;
  readonly #options: PageOptions;
  readonly #pages: DrivenPage[] = [];
  readonly #closed: () => void;

  constructor(driver: Driver, options: PageOptions, closed: () => void) {
    super();
    this.driver = driver;
    this.#options = options;
    this.#closed = closed;
  }

  async newPage(): Promise<DrivenPage> {
    const { viewport, colorScheme, reducedMotion, forcedColors } =
      this.#options;
    const size = viewport ?? { width: 1280, height: 720 };
    const media = {
      ...(colorScheme && { colorScheme }),
      ...(reducedMotion && { reducedMotion }),
      ...(forcedColors && { forcedColors }),
    };
    const beside = this.pages()[0]?.window;
    return this.#keep(await this.driver.openWindow({ size, media }, beside));
  }
  #keep(window: Window): DrivenPage {
    const page = new DrivenPage(window, this);
    this.#pages.push(page);
    window.onWindow?.((other) => {
      const opened = this.#keep(other);
      this.emit('page', opened);
      page.emit('popup', opened);
    });
    return page;
  }
  pages = () => this.#pages.filter(({ isClosed }) => !isClosed());
  setDefaultTimeout(ms: number) {
    this.timeoutMs = ms;
    for (const page of this.#pages) page.setDefaultTimeout(ms);
  }
  waitForEvent = (event: string): Promise<any> =>
    nextOf(this, event, this.driver.engine, this.#pages[0]?.window);
  async clearCookies() {
    const [page] = this.pages();
    if (!page?.window.forgetCookies)
      throw new NotInThisEngine(this.driver.engine, 'forget cookies');
    await page.window.forgetCookies();
  }
  newCDPSession = () => {
    throw new NotInThisEngine(this.driver.engine, 'speak CDP');
  };
  async close() {
    this.#closed();
    await Promise.all(this.pages().map((page) => page.close()));
  }
}

/** The next event of a page or context, if the driver tells of such. */
function nextOf(
  of: EventEmitter,
  event: string,
  engine: Engine,
  window: Window | undefined,
): Promise<unknown> {
  const isTold =
    ['close', 'console'].includes(event) ||
    (['page', 'popup'].includes(event) && window?.onWindow);
  if (!isTold) throw new NotInThisEngine(engine, `tell of a ${event}`);
  return new Promise((done) => of.once(event, done));
}

const asWanted = (text: TextPattern, exact?: boolean): Wanted =>
  typeof text === 'string'
    ? { text, exact }
    : { source: text.source, flags: text.flags.replace(/[gy]/g, '') };

/** A function and its argument as an expression. */
function asExpression(call: unknown, value: unknown): string {
  if (typeof call === 'string') return call;
  // The text of a method is no expression: `async name(value) { … }`.
  const text = String(call).replace(
    /^(async\s+)?(?!async\b|function\b)\w+\s*(?=\([^]*?\)\s*\{)/,
    '$1function ',
  );
  return `(${text})(${value === undefined ? '' : JSON.stringify(value)})`;
}

class DrivenPage extends EventEmitter implements Page {
  timeoutMs: number;
  readonly window: Window;
  readonly #context: DrivenContext;
  readonly #main: Finder;
  #url = 'about:blank';
  #isClosed = false;

  constructor(window: Window, context: DrivenContext) {
    super();
    this.window = window;
    this.#context = context;
    this.timeoutMs = context.timeoutMs;
    this.#main = new Finder(this, [[]]);
    window.onConsole((text, type) => {
      const isError = type === 'uncaught';
      if (isError) this.emit('pageerror', new Error(text));
      else this.emit('console', { text: () => text, type: () => type });
    });
    window.onRequest?.((url) => this.emit('request', { url: () => url }));
  }

  isClosed = () => this.#isClosed;
  context = () => this.#context;
  get engine(): Engine {
    return this.#context.driver.engine;
  }

  locator = (css: string, filter?: LocatorFilter) =>
    this.#main.locator(css, filter);
  getByRole = (role: string, options?: RoleOptions) =>
    this.#main.getByRole(role, options);
  getByText = (text: TextPattern, options?: { exact?: boolean }) =>
    this.#main.getByText(text, options);
  getByLabel = (text: TextPattern, options?: { exact?: boolean }) =>
    this.#main.getByLabel(text, options);
  frameLocator = (css: string): Document => this.#main.frameLocator(css);
  mainFrame = () => this;
  /** This page, and the frames in it, for those that playwright would list. */
  frames(): any[] {
    throw new NotInThisEngine(this.engine, 'list frames at once');
  }

  async goto(url: string) {
    await this.window.open(url);
    await this.#note();
  }
  reload = () => this.#go('again');
  goBack = () => this.#go('back');
  goForward = () => this.#go('forward');
  async #go(where: 'again' | 'back' | 'forward') {
    await this.window.go(where);
    await this.#note();
  }
  async #note() {
    this.#url = String(await this.evaluate('location.href'));
  }
  url = () => this.#url;
  title = () => this.evaluate<string>('document.title');

  evaluate<R>(call: unknown, value?: unknown): Promise<R> {
    const { window } = this;
    return window.evaluate(window.top, asExpression(call, value)) as Promise<R>;
  }
  async waitForFunction(call: unknown, value?: unknown, options?: Wait) {
    const expression = asExpression(call, value);
    await this.until(`a true ${expression.slice(0, 200)}`, options, () =>
      this.evaluate(expression),
    );
  }
  async waitForURL(wanted: string | RegExp | ((url: URL) => boolean)) {
    const isIt = (url: string) => {
      if (typeof wanted === 'function') return wanted(new URL(url));
      return typeof wanted === 'string'
        ? isLike(url, wanted)
        : wanted.test(url);
    };
    await this.until(`the URL ${wanted}`, undefined, async () => {
      await this.#note();
      return isIt(this.#url);
    });
  }

  readonly keyboard = {
    press: async (key: string) =>
      this.window.press(await this.#focused(), keysOf(key)),
    type: async (text: string) => this.window.type(await this.#focused(), text),
  };

  /** The document whose element has the focus: a frame's, where one has. */
  async #focused(): Promise<FrameId> {
    const { window } = this;
    for (let frame = window.top; ;) {
      const active = await window.find(
        frame,
        'document.activeElement instanceof HTMLIFrameElement ? document.activeElement : null',
      );
      if (!active) return frame;
      frame = await window.inside(active);
    }
  }

  async screenshot({ path }: { path?: string } = {}) {
    const picture = await this.window.screenshot();
    if (path !== undefined) await writeFile(path, picture);
    return picture;
  }
  #size = { width: 1280, height: 720 };
  setViewportSize({ width, height }: { width: number; height: number }) {
    this.#size = { width, height };
    return this.window.resize(width, height);
  }
  setDefaultTimeout(ms: number) {
    this.timeoutMs = ms;
  }
  viewportSize = () => this.#size;
  async waitForTimeout(ms: number) {
    await pause(ms);
  }
  bringToFront = () => this.window.evaluate(this.window.top, 'focus()');
  async emulateMedia(media: Media) {
    if (this.window.emulate) return this.window.emulate(media);
    const { colorScheme, forcedColors } = media;
    if (colorScheme === 'dark')
      throw new NotInThisEngine(this.engine, 'emulate a dark scheme');
    if (forcedColors === 'active')
      throw new NotInThisEngine(this.engine, 'emulate forced colours');
  }
  readonly mouse = {
    move: (x: number, y: number) => this.#mouse(['move'], x, y),
    down: () => this.#mouse(['down']),
    up: () => this.#mouse(['up']),
    click: (x: number, y: number) => this.#mouse(['move', 'down', 'up'], x, y),
  };
  #at = { x: 0, y: 0 };
  async #mouse(
    all: ('move' | 'down' | 'up')[],
    x = this.#at.x,
    y = this.#at.y,
  ) {
    this.#at = { x, y };
    for (const what of all) await this.window.mouse(what, x, y);
  }
  async addInitScript(call: unknown, value?: unknown) {
    if (!this.window.before)
      throw new NotInThisEngine(
        this.engine,
        'run scripts before those of pages',
      );
    await this.window.before(`() => { ${asExpression(call, value)} }`);
  }
  waitForEvent = (event: string): Promise<any> =>
    nextOf(this, event, this.engine, this.window);
  override on(event: string, hear: (...all: any[]) => void) {
    const needs = ['request', 'response', 'requestfailed', 'requestfinished'];
    const isTold =
      event === 'request'
        ? Boolean(this.window.onRequest)
        : !needs.includes(event);
    if (!isTold) throw new NotInThisEngine(this.engine, `tell of a ${event}`);
    return super.on(event, hear);
  }
  get clock(): never {
    throw new NotInThisEngine(this.engine, "hold the page's clock");
  }
  route = () => {
    throw new NotInThisEngine(this.engine, 'respond to requests itself');
  };
  waitForRequest = this.route;
  waitForResponse = this.route;
  exposeFunction = () => {
    throw new NotInThisEngine(
      this.engine,
      'let a page call a function of ours',
    );
  };
  async close() {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.window.close();
    this.emit('close');
  }

  /**
   * Looks again and again until there is something true.
   *
   * @param what is waited for, for the end of "waiting for …"
   * @throws Error that says so, and why the last look failed, if it did
   */
  async until<T>(
    what: string,
    { timeout = this.timeoutMs }: Wait = {},
    look: () => Promise<T | false | null | undefined>,
  ): Promise<T> {
    const end = performance.now() + (timeout || Infinity);
    for (let last: unknown; ;) {
      try {
        const found = await look();
        if (found) return found;
        last = undefined;
      } catch (error) {
        // A document that is being left fails; the next one does not.
        if (error instanceof NotOne || this.#isClosed) throw error;
        last = error;
      }
      if (performance.now() > end) {
        const why = last instanceof Error ? `: ${last.message}` : '';
        throw new Error(`waiting for ${what}: not in ${timeout} ms${why}`);
      }
      await pause(AGAIN);
    }
  }
}

/** Whether a URL is as a pattern says, in which `**` stands for any text. */
function isLike(url: string, pattern: string): boolean {
  const parts = pattern.split('**').map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('.*')}$`).test(url);
}

/** Several elements where one was meant. */
class NotOne extends Error {}

/** `Shift+Tab` as the keys that are pressed. */
function keysOf(key: string): string[] {
  const keys = key.split(/(?<=.)\+/);
  const names: Record<string, string> = {
    ControlOrMeta: 'Control',
    Space: ' ',
  };
  return keys.map((one) => names[one] ?? one.replace(/^(Key|Digit)(?=.$)/, ''));
}

class Finder implements Locator, Document {
  readonly #page: DrivenPage;
  /** Steps in the page, in the frame that these find, in a frame in that, … */
  readonly #steps: readonly (readonly LocatorStep[])[];

  constructor(page: DrivenPage, steps: readonly (readonly LocatorStep[])[]) {
    this.#page = page;
    this.#steps = steps;
  }

  #then(...steps: LocatorStep[]): Finder {
    const { length } = this.#steps;
    return new Finder(this.#page, [
      ...this.#steps.slice(0, length - 1),
      [...this.#steps[length - 1]!, ...steps],
    ]);
  }
  locator(css: string, filter: LocatorFilter = {}): Finder {
    const plain = css.replace(/:visible$/, '');
    const seen = plain === css ? {} : { visible: true };
    return this.#then({ css: plain }).filter({ ...seen, ...filter });
  }
  getByRole(role: string, options: RoleOptions = {}): Finder {
    const { name, exact, ...state } = options;
    const wanted = name === undefined ? undefined : asWanted(name, exact);
    return this.#then({ role, name: wanted, state });
  }
  getByText(text: TextPattern, { exact }: { exact?: boolean } = {}): Finder {
    return this.#then({ text: asWanted(text, exact) });
  }
  getByLabel(text: TextPattern, { exact }: { exact?: boolean } = {}): Finder {
    return this.#then({ label: asWanted(text, exact) });
  }
  filter({ hasText, hasNotText, has, hasNot, visible }: LocatorFilter): Finder {
    const steps: LocatorStep[] = [];
    if (hasText !== undefined) steps.push({ hasText: asWanted(hasText) });
    if (hasNotText !== undefined)
      steps.push({ hasNotText: asWanted(hasNotText) });
    if (has) steps.push({ has: (has as Finder).#steps.at(-1)! });
    if (hasNot)
      steps.push({ has: (hasNot as Finder).#steps.at(-1)!, not: true });
    if (visible !== undefined) steps.push({ visible });
    return this.#then(...steps);
  }
  nth(index: number): Finder {
    return this.#then({ nth: index });
  }
  first = () => this.nth(0);
  last = () => this.nth(-1);
  frameLocator(css: string): Finder {
    const { length } = this.#steps;
    const before = this.#then({ css }).#steps;
    return new Finder(this.#page, [...before.slice(0, length), []]);
  }

  /** The document in which the last steps look; undefined where there is none yet. */
  async #frame(): Promise<FrameId | undefined> {
    const { window } = this.#page;
    let frame = window.top;
    for (const steps of this.#steps.slice(0, -1)) {
      const element = await window.find(frame, `${listOf(steps)}[0]`);
      if (!element) return undefined;
      frame = await window.inside(element);
    }
    return frame;
  }

  /** Evaluates an expression of `found`, the elements there are now. */
  async #look<T>(expression: string): Promise<T | undefined> {
    const frame = await this.#frame();
    if (frame === undefined) return undefined;
    const text = `((found) => ${expression})(${listOf(this.#steps.at(-1)!)})`;
    return (await this.#page.window.evaluate(frame, text)) as T;
  }

  /** The same of `element`, the one element there is, once there is one. */
  async #one<T>(expression: string, options?: Wait): Promise<T> {
    const wrapped = await this.#page.until(`${this}`, options, async () => {
      const looked = await this.#look<{ count: number; value: T }>(
        `(async () => ({ count: found.length, value: found.length === 1 ? await ((element) => ${expression})(found[0]) : null }))()`,
      );
      if (looked && looked.count > 1) throw this.#notOne(looked.count);
      return looked?.count === 1 && looked;
    });
    return wrapped.value;
  }
  #notOne = (count: number) =>
    new NotOne(`${this} means ${count} elements, where one is expected`);

  /** The one element, once it can be used: seen, enabled, at rest, not covered. */
  async #ready(
    options: Wait | undefined,
    is: (placement: Placement) => boolean | undefined,
  ): Promise<Handle> {
    let before: Placement | undefined;
    await this.#page.until(`${this} to be ready`, options, async () => {
      const found = await this.#look<{ count: number; now: Placement | null }>(
        `({ count: found.length, now: found.length === 1 ? (${placement})(found[0], true) : null })`,
      );
      if (found && found.count > 1) throw this.#notOne(found.count);
      const now = found?.now;
      if (!now?.visible || !now.enabled) return false;
      const isAtRest = before?.x === now.x && before.y === now.y;
      before = now;
      if (isAtRest && !is(now)) throw new Error(`covered: ${now.markup}`);
      return isAtRest;
    });
    const frame = await this.#frame();
    const list = listOf(this.#steps.at(-1)!);
    const handle = frame && (await this.#page.window.find(frame, `${list}[0]`));
    if (!handle) throw new Error(`${this} is gone`);
    return handle;
  }

  async waitFor({
    state = 'visible',
    ...options
  }: Parameters<Locator['waitFor']>[0] = {}) {
    await this.#page.until(`${this} to be ${state}`, options, async () => {
      const all = (await this.#placements()) ?? [];
      if (all.length > 1 && state !== 'detached' && state !== 'hidden')
        throw this.#notOne(all.length);
      if (state === 'attached') return all.length > 0;
      if (state === 'detached') return all.length === 0;
      const isSeen = all.some(({ visible }) => visible);
      return state === 'visible' ? isSeen : !isSeen;
    });
  }
  #placements = () =>
    this.#look<Placement[]>(`found.map((one) => (${placement})(one, false))`);

  async click(options?: Wait & { force?: boolean }) {
    const { force } = options ?? {};
    const handle = await this.#ready(
      options,
      ({ reached }) => force || reached,
    );
    await this.#page.window.click(handle);
  }
  async dblclick(options?: Wait & { force?: boolean }) {
    await this.click(options);
    await this.click(options);
  }
  async hover(options?: Wait) {
    const handle = await this.#ready(options, ({ reached }) => reached);
    await this.#page.window.hover(handle);
  }
  async focus(options?: Wait) {
    await this.#one('element.focus()', options);
  }
  async fill(text: string, options?: Wait) {
    await this.#ready(options, () => true);
    const value = JSON.stringify(text);
    // As playwright does: the value at once, and what a page listens to.
    await this.#one(
      `{
        element.focus();
        if ('value' in element) {
          const type = Object.getPrototypeOf(element);
          Object.getOwnPropertyDescriptor(type, 'value').set.call(element, ${value});
        } else element.textContent = ${value};
        element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        element.dispatchEvent(new Event('change', { bubbles: true }));
      }`,
      options,
    );
  }
  async press(key: string, options?: Wait) {
    await this.focus(options);
    const frame = await this.#frame();
    await this.#page.window.press(frame!, keysOf(key));
  }
  check = (options?: Wait & { force?: boolean }) =>
    this.#setChecked(true, options);
  uncheck = (options?: Wait & { force?: boolean }) =>
    this.#setChecked(false, options);
  async #setChecked(checked: boolean, options?: Wait & { force?: boolean }) {
    if ((await this.isChecked(options)) === checked) return;
    await this.click(options);
    await this.#page.until(`${this} to be checked`, options, async () => {
      return (await this.isChecked(options)) === checked;
    });
  }
  async selectOption(
    wanted: string | { label?: string; value?: string; index?: number },
    options?: Wait,
  ) {
    await this.#ready(options, () => true);
    return await this.#one<string[]>(
      `{
        const wanted = ${JSON.stringify(wanted)};
        const is = (one, index) =>
          wanted === one.value || wanted === one.label ||
          wanted.value === one.value || wanted.label === one.label ||
          wanted.index === index;
        const chosen = [...element.options].find(is);
        element.value = chosen.value;
        element.dispatchEvent(new Event('input', { bubbles: true, composed: true }));
        element.dispatchEvent(new Event('change', { bubbles: true }));
        return [chosen.value];
      }`,
      options,
    );
  }
  async scrollIntoViewIfNeeded(options?: Wait) {
    await this.#one(`void (${placement})(element, true)`, options);
  }

  textContent = (options?: Wait) =>
    this.#one<string | null>('element.textContent', options);
  innerText = (options?: Wait) =>
    this.#one<string>('element.innerText', options);
  inputValue = (options?: Wait) => this.#one<string>('element.value', options);
  getAttribute = (name: string, options?: Wait) =>
    this.#one<string | null>(
      `element.getAttribute(${JSON.stringify(name)})`,
      options,
    );
  isChecked = (options?: Wait) =>
    this.#one<boolean>(
      "element.checked ?? element.getAttribute('aria-checked') === 'true'",
      options,
    );
  async isEnabled(options?: Wait) {
    const now = await this.#one<Placement>(
      `(${placement})(element, false)`,
      options,
    );
    return now.enabled;
  }
  isDisabled = async (options?: Wait) => !(await this.isEnabled(options));
  async boundingBox(options?: Wait) {
    const { x, y, width, height, visible } = await this.#one<Placement>(
      `(${placement})(element, false)`,
      options,
    );
    return visible ? { x, y, width, height } : null;
  }
  async isVisible() {
    const all = (await this.#placements()) ?? [];
    if (all.length > 1) throw this.#notOne(all.length);
    return all[0]?.visible ?? false;
  }
  isHidden = async () => !(await this.isVisible());
  count = async () => (await this.#look<number>('found.length')) ?? 0;
  async all() {
    const count = await this.count();
    return Array.from({ length: count }, (_, index) => this.nth(index));
  }
  innerHTML = (options?: Wait) =>
    this.#one<string>('element.innerHTML', options);
  blur = (options?: Wait) => this.#one('element.blur()', options);
  dispatchEvent = (type: string, _init?: unknown, options?: Wait) =>
    this.#one(
      `void element.dispatchEvent(new MouseEvent(${JSON.stringify(type)}, { bubbles: true, cancelable: true, composed: true }))`,
      options,
    );
  contentFrame(): Finder {
    return new Finder(this.#page, [...this.#steps, []]);
  }
  allTextContents = () => this.#all('textContent');
  allInnerTexts = () => this.#all('innerText');
  async #all(property: string) {
    const texts = await this.#look<string[]>(
      `found.map((one) => one.${property})`,
    );
    return texts ?? [];
  }
  evaluate<R, A>(call: (element: any, value: A) => R | Promise<R>, value?: A) {
    return this.#one<R>(
      `(${String(call)})(element, ${JSON.stringify(value) ?? 'undefined'})`,
    );
  }
  async evaluateAll<R, A>(
    call: (elements: any[], value: A) => R | Promise<R>,
    value?: A,
  ) {
    return (await this.#look<R>(
      `(${String(call)})(found, ${JSON.stringify(value) ?? 'undefined'})`,
    )) as R;
  }

  toString(): string {
    const told = this.#steps.map((steps) =>
      steps.map((step) => JSON.stringify(step)).join(' '),
    );
    return `[${told.join(' in the frame ')}]`;
  }
}

const listOf = (steps: readonly LocatorStep[]) =>
  `(${locate})(${JSON.stringify(steps)})`;
