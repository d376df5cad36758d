/**
 * What a driver of one browser can do, whatever it is driven with. `page.ts`
 * makes of it what tests and checks are written with.
 */
import type { Engine, Version } from '../engines.ts';

/** A document in a window: its own, or one of a frame in it. */
export type FrameId = string & { readonly frame: unique symbol };

/** An element that was found in a frame, as the driver names it. */
export interface Handle {
  frame: FrameId;
  id: string;
}

/** A key or button that is pressed, as `KeyboardEvent.key` names it, or text. */
export type Keys = readonly string[];

/** How a browser is opened. */
export interface DriverOptions {
  /** Names that lead to this machine: `other.example`. */
  hosts?: readonly string[];
  /**
   * Whether many pages are opened that nobody looks at: where it saves much,
   * they are tabs of one window, all but one of them hidden, in one process.
   */
  unseen?: boolean;
  /**
   * ms until a command that has no response is given up, save what a page is
   * asked; and where it is not a page's to respond, the browser with it.
   */
  patience?: number;
}

/** How a window is opened: a session of its own, with no cookie and no cache. */
export interface WindowOptions {
  /** CSS pixels. An engine may have a least width: see `cannot`. */
  size?: { width: number; height: number };
  media?: Media;
}

/** What a reader has chosen, as pages are told of it. */
export interface Media {
  colorScheme?: 'light' | 'dark' | 'no-preference' | null;
  reducedMotion?: 'reduce' | 'no-preference' | null;
  forcedColors?: 'active' | 'none' | null;
}

/** One browser, started for us alone, with a profile of its own. */
export interface Driver {
  readonly engine: Engine;
  readonly version: Version;
  /** Whether the browser is there; left out where each window has one. */
  isOpen?(): boolean;
  /**
   * Opens a window with a profile of its own, or with that of another.
   *
   * @throws NotInThisEngine where it cannot be as the options say
   */
  openWindow(options?: WindowOptions, beside?: Window): Promise<Window>;
  /** Ends the browser and all that was started for it; removes its profile. */
  close(): Promise<void>;
}

/** One window with one document at a time. Each call may reject with an Error. */
export interface Window {
  /** The document of the window itself. */
  readonly top: FrameId;
  /** Resolves when the document has loaded; rejects where nothing loads. */
  open(url: string): Promise<void>;
  /** As open, by the buttons of the window. */
  go(where: 'back' | 'forward' | 'again'): Promise<void>;
  /**
   * Evaluates an expression, and awaits it where it is a promise.
   *
   * @returns its value by way of JSON; undefined where that has none
   * @throws Error whose message is that of the error in the page
   */
  evaluate(frame: FrameId, expression: string): Promise<unknown>;
  /** The element that an expression gives; null where it gives none. */
  find(frame: FrameId, expression: string): Promise<Handle | null>;
  /** The document in an `<iframe>`, of whatever origin. */
  inside(handle: Handle): Promise<FrameId>;
  /** Moves the pointer to an element's middle; presses there. In view it is already. */
  hover(handle: Handle): Promise<void>;
  click(handle: Handle): Promise<void>;
  /** Presses keys on what has the focus in a document: `['Shift', 'Tab']`. */
  press(frame: FrameId, keys: Keys): Promise<void>;
  /** Types a text into what has the focus in a document. */
  type(frame: FrameId, text: string): Promise<void>;
  /** PNG of what is in view. */
  screenshot(): Promise<Buffer>;
  /** Sets the size of the viewport, in CSS pixels, as near as the engine can. */
  resize(width: number, height: number): Promise<void>;
  /**
   * What the page's scripts and the browser write to the console, as it comes,
   * with its kind: 'log', 'error', …; 'uncaught' for an error nobody caught.
   */
  onConsole(hear: (text: string, kind: string) => void): void;
  /** Moves the mouse, presses or releases it, in CSS pixels of the window. */
  mouse(what: 'move' | 'down' | 'up', x: number, y: number): Promise<void>;

  // What a driver may not be able to do is left out of it.
  /** URLs of the page's requests, as they begin. */
  onRequest?(hear: (url: string) => void): void;
  /** A window that this one has opened. */
  onWindow?(hear: (window: Window) => void): void;
  /** From here on, for this window. */
  emulate?(media: Media): Promise<void>;
  /** A function's text that runs in each document before its own scripts. */
  before?(script: string): Promise<void>;
  /** Forgets all cookies of the window's profile. */
  forgetCookies?(): Promise<void>;
  close(): Promise<void>;
}
