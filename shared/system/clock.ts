/** A clock that stands still, and passes time when it is told to. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';
import { promisify } from 'node:util';

export interface Clock {
  /** ms since it was stopped. */
  readonly now: number;
  /** Timers that have been set, and neither fired for good nor cleared. */
  readonly timers: number;
  /** So many ms pass: what is due by then is called, in order. */
  pass(ms: number): void;
  /**
   * The same, but whoever awaits a timer goes on before more time passes.
   * Sockets do not: they wait until all of it has passed.
   */
  elapse(ms: number): Promise<void>;
  /** Lets the real clock go on; what was set with this one never fires. */
  release(): void;
}

interface Timer {
  due: number;
  /** Between two calls, in ms; nothing for one that fires once. */
  each: number | undefined;
  call: () => void;
}

type Setting = (call: (...args: unknown[]) => void, ms?: number) => unknown;

/** Promises that may lie between a timer and what its caller does next. */
const turns = 20;

/**
 * Stops the clock of this process, for the code that runs in it: `setTimeout`
 * and `setInterval`, those of `node:timers/promises` too, `AbortSignal.timeout`,
 * `Date` and `performance.now`. Sockets live on as they do.
 *
 * A module of jest's has what it imported from `node:timers/promises` for
 * good: there only the global functions stand still.
 *
 * Not the one of `node:test`: there, clearing a timer that has fired removes
 * another one.
 */
export function stopClock(): Clock {
  const waiting = new Map<unknown, Timer>();
  const start = Date.now();
  const { Date: RealDate } = globalThis;
  const realNow = performance.now;
  const realTimeout = AbortSignal.timeout;
  let now = 0;

  const set =
    (repeats: boolean): Setting =>
    (call, ms = 1, ...args: unknown[]) => {
      const wait = ms >= 1 ? Number(ms) : 1; // as Node has it
      const handle = {
        ref: () => handle,
        unref: () => handle,
        hasRef: () => true,
        refresh() {
          const timer = waiting.get(handle);
          if (timer) timer.due = now + wait;
          return handle;
        },
        close: () => handle,
      };
      waiting.set(handle, {
        due: now + wait,
        each: repeats ? wait : undefined,
        call: () => call(...args),
      });
      return handle;
    };
  const clear = (handle: unknown) => void waiting.delete(handle);
  const ours = {
    setTimeout: set(false),
    setInterval: set(true),
    clearTimeout: clear,
    clearInterval: clear,
  };
  const promises = promisesOf(ours.setTimeout, clear);
  Object.assign(ours.setTimeout, { [promisify.custom]: promises.setTimeout });
  const real = ofTheSameNames(globalThis, ours);
  const realPromises = ofTheSameNames(timersPromises, promises);
  const put = (functions: object, awaited: typeof promises) => {
    Object.assign(globalThis, functions);
    Object.assign(timers, functions);
    Object.assign(timersPromises, awaited);
    syncBuiltinESMExports();
  };
  put(ours, promises);
  AbortSignal.timeout = (ms) => {
    const late = new AbortController();
    const why = new DOMException('The time is over', 'TimeoutError');
    ours.setTimeout(() => late.abort(why), ms);
    return late.signal;
  };
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length > 0 ? given : [start + now]) as [number]));
    }
    static override now() {
      return start + now;
    }
  } as DateConstructor;
  performance.now = () => now;

  /** The one that is called next, if it is due by then. */
  const dueBy = (end: number) => {
    let next: [unknown, Timer] | undefined;
    for (const entry of waiting)
      if (entry[1].due <= end && !(next && next[1].due <= entry[1].due))
        next = entry;
    return next;
  };
  const call = ([handle, timer]: [unknown, Timer]) => {
    now = Math.max(now, timer.due);
    if (timer.each === undefined) waiting.delete(handle);
    else timer.due += timer.each;
    timer.call();
  };

  return {
    get now() {
      return now;
    },
    get timers() {
      return waiting.size;
    },
    pass(ms) {
      const end = now + ms;
      for (let next = dueBy(end); next; next = dueBy(end)) call(next);
      now = end;
    },
    async elapse(ms) {
      const end = now + ms;
      for (let next = dueBy(end); next; next = dueBy(end)) {
        call(next);
        for (let turn = 0; turn < turns; turn += 1) await undefined;
      }
      now = end;
    },
    release() {
      put(real, realPromises);
      globalThis.Date = RealDate;
      performance.now = realNow;
      AbortSignal.timeout = realTimeout;
    },
  };
}

/** What `from` has under the names of another object's properties. */
const ofTheSameNames = <T extends object>(from: object, names: T) =>
  Object.fromEntries(
    Object.keys(names).map((name) => [name, Reflect.get(from, name)]),
  ) as T;

/** `node:timers/promises`, made of functions that take a callback. */
function promisesOf(set: Setting, clear: (handle: unknown) => void) {
  type Options = { signal?: AbortSignal };
  const wait = <T>(ms?: number, value?: T, { signal }: Options = {}) =>
    new Promise<T>((resolve, reject) => {
      const timer = set(() => resolve(value as T), ms);
      const abort = () => {
        clear(timer);
        const why = new Error('The operation was aborted', {
          cause: signal!.reason,
        });
        reject(Object.assign(why, { name: 'AbortError', code: 'ABORT_ERR' }));
      };
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });
  async function* every<T>(ms?: number, value?: T, options?: Options) {
    for (;;) yield await wait(ms, value, options);
  }
  const scheduler = Object.assign(
    Object.create(timersPromises.scheduler) as typeof timersPromises.scheduler,
    { wait: (ms: number, options?: Options) => wait(ms, undefined, options) },
  );
  return { setTimeout: wait, setInterval: every, scheduler };
}
