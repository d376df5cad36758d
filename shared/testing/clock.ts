/** A clock that stands still, and passes time when it is told to. */
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers';

export interface Clock {
  /** ms since it was stopped. */
  readonly now: number;
  /** Timers that have been set, and neither fired for good nor cleared. */
  readonly timers: number;
  /** So many ms pass: what is due by then is called, in order. */
  pass(ms: number): void;
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

/**
 * Stops the clock of this process, for the code that runs in it: `setTimeout`,
 * `setInterval`, `Date` and `performance.now`. Sockets live on as they do.
 *
 * Not the one of `node:test`: there, clearing a timer that has fired removes
 * another one.
 */
export function stopClock(): Clock {
  const waiting = new Map<unknown, Timer>();
  const start = Date.now();
  const { Date: RealDate } = globalThis;
  const realNow = performance.now;
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
  const real = Object.fromEntries(
    Object.keys(ours).map((name) => [name, Reflect.get(globalThis, name)]),
  );
  const put = (functions: object) => {
    Object.assign(globalThis, functions);
    Object.assign(timers, functions);
    syncBuiltinESMExports();
  };
  put(ours);
  globalThis.Date = class extends RealDate {
    constructor(...given: unknown[]) {
      super(...((given.length > 0 ? given : [start + now]) as [number]));
    }
    static override now() {
      return start + now;
    }
  } as DateConstructor;
  performance.now = () => now;

  return {
    get now() {
      return now;
    },
    get timers() {
      return waiting.size;
    },
    pass(ms) {
      const end = now + ms;
      for (;;) {
        let next: [unknown, Timer] | undefined;
        for (const entry of waiting)
          if (entry[1].due <= end && !(next && next[1].due <= entry[1].due))
            next = entry;
        if (!next) break;
        const [handle, timer] = next;
        now = Math.max(now, timer.due);
        if (timer.each === undefined) waiting.delete(handle);
        else timer.due += timer.each;
        timer.call();
      }
      now = end;
    },
    release() {
      put(real);
      globalThis.Date = RealDate;
      performance.now = realNow;
    },
  };
}
