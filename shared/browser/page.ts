/**
 * What a page is to tests, checks and claims, whichever engine it is open in:
 * a part of playwright's interface, by playwright's names and rules. In
 * Chromium playwright itself is behind it; elsewhere `drivers/`.
 */
import type { Engine } from './engines.ts';

/** What a driver cannot do: no failure of what is tested. */
export class NotInThisEngine extends Error {
  override readonly name = 'NotInThisEngine';
  readonly engine: Engine;
  /** What it would be, as a verb: "hold the page's clock". */
  readonly what: string;

  constructor(engine: Engine, what: string) {
    super(`The driver of ${engine} cannot ${what}.`);
    this.engine = engine;
    this.what = what;
  }
}

/** What a text must hold, whatever its case and white space; or must match. */
export type TextPattern = string | RegExp;

export interface RoleOptions {
  name?: TextPattern;
  exact?: boolean;
  pressed?: boolean;
  checked?: boolean;
  expanded?: boolean;
  selected?: boolean;
  level?: number;
}

export interface LocatorFilter {
  hasText?: TextPattern;
  hasNotText?: TextPattern;
  has?: any;
  hasNot?: any;
  visible?: boolean;
}

/** ms until a wait is given up; without it that of the page. */
export interface Wait {
  timeout?: number;
}

/** What finds elements again each time it is used. */
export interface Locator {
  locator(css: string, filter?: LocatorFilter): Locator;
  getByRole(role: any, options?: RoleOptions): Locator;
  getByText(text: TextPattern, options?: { exact?: boolean }): Locator;
  getByLabel(text: TextPattern, options?: { exact?: boolean }): Locator;
  filter(options: LocatorFilter): Locator;
  nth(index: number): Locator;
  first(): Locator;
  last(): Locator;
  count(): Promise<number>;
  all(): Promise<Locator[]>;

  waitFor(
    options?: Wait & { state?: 'visible' | 'hidden' | 'attached' | 'detached' },
  ): Promise<void>;
  /** With `force` where it is, whatever lies above. */
  click(options?: Wait & { force?: boolean }): Promise<void>;
  dblclick(options?: Wait & { force?: boolean }): Promise<void>;
  hover(options?: Wait): Promise<void>;
  fill(text: string, options?: Wait): Promise<void>;
  press(key: string, options?: Wait): Promise<void>;
  check(options?: Wait & { force?: boolean }): Promise<void>;
  uncheck(options?: Wait & { force?: boolean }): Promise<void>;
  focus(options?: Wait): Promise<void>;
  selectOption(value: any, options?: Wait): Promise<string[]>;
  scrollIntoViewIfNeeded(options?: Wait): Promise<void>;

  textContent(options?: Wait): Promise<string | null>;
  innerText(options?: Wait): Promise<string>;
  inputValue(options?: Wait): Promise<string>;
  getAttribute(name: string, options?: Wait): Promise<string | null>;
  allTextContents(): Promise<string[]>;
  allInnerTexts(): Promise<string[]>;
  isVisible(): Promise<boolean>;
  isHidden(): Promise<boolean>;
  isEnabled(options?: Wait): Promise<boolean>;
  isDisabled(options?: Wait): Promise<boolean>;
  isChecked(options?: Wait): Promise<boolean>;
  boundingBox(
    options?: Wait,
  ): Promise<{ x: number; y: number; width: number; height: number } | null>;
  /** Calls a function in the page with the element, and a value. */
  evaluate<R, A>(
    call: (element: any, value: A) => R | Promise<R>,
    value?: A,
  ): Promise<R>;
  evaluateAll<R, A>(
    call: (elements: any[], value: A) => R | Promise<R>,
    value?: A,
  ): Promise<R>;
}

/** The document of a page, or of a frame in one. */
export interface Document {
  locator(css: string, filter?: LocatorFilter): Locator;
  getByRole(role: any, options?: RoleOptions): Locator;
  getByText(text: TextPattern, options?: { exact?: boolean }): Locator;
  getByLabel(text: TextPattern, options?: { exact?: boolean }): Locator;
  frameLocator(css: string): Document;
}

export interface Page extends Omit<Document, 'frameLocator'> {
  frameLocator(css: string): any;
  /** Resolves when the document has loaded. */
  goto(url: string, options?: Wait): Promise<unknown>;
  reload(): Promise<unknown>;
  goBack(): Promise<unknown>;
  goForward(): Promise<unknown>;
  url(): string;
  title(): Promise<string>;
  /**
   * Calls a function in the page with a value, and awaits what it returns; or
   * evaluates an expression. Value and result are copied by way of JSON.
   */
  evaluate<R = any, A = any>(
    call: string | ((value: A) => R | Promise<R>),
    value?: A,
  ): Promise<R>;
  /** Resolves when the function returns what is true. */
  waitForFunction<A = any>(
    call: string | ((value: A) => unknown),
    value?: A,
    options?: Wait,
  ): Promise<unknown>;
  waitForURL(url: string | RegExp | ((url: URL) => boolean)): Promise<void>;
  readonly keyboard: {
    press(key: string): Promise<void>;
    type(text: string): Promise<void>;
  };
  screenshot(options?: { path?: string }): Promise<Buffer>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
  setDefaultTimeout(ms: number): void;
  isClosed(): boolean;
  emulateMedia(media: Omit<PageOptions, 'viewport'>): Promise<void>;
  waitForEvent(event: any): Promise<any>;
  close(): Promise<void>;
  on(event: any, hear: (said: any) => unknown): unknown;
  off(event: any, hear: (said: any) => unknown): unknown;
}

/** How a page is opened; what an engine cannot emulate is in `cannot`. */
export interface PageOptions {
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  reducedMotion?: 'reduce' | 'no-preference';
  forcedColors?: 'active' | 'none';
}

export interface Context {
  /** The next page that a page of it opens: `'page'`. */
  waitForEvent(event: any): Promise<any>;
  newPage(): Promise<Page>;
  pages(): Page[];
  setDefaultTimeout(ms: number): void;
  close(): Promise<void>;
}

/** A browser that was started for us alone. */
export interface Browser {
  newPage(options?: PageOptions): Promise<Page>;
  /** Pages that share nothing with those of another context. */
  newContext(options?: PageOptions): Promise<Context>;
  contexts(): Context[];
  isConnected(): boolean;
  version(): string;
  close(): Promise<void>;
}
