/** A page's clock that stands still, alike in each browser. */

declare global {
  /** Where `stopPageClock` has run: lets so many ms pass, and what is due in them. */
  var passTime: (ms: number) => Promise<void>;
}

interface Timer {
  id: number;
  at: number;
  /** ms from one time to the next; undefined if there is only one. */
  every: number | undefined;
  run: () => void;
}

/**
 * Goes into pages as text, and runs before anything else of them. From then on
 * time passes only by `passTime`: for timers, frames, dates, `performance`, the
 * time stamps of events and `AbortSignal.timeout`. What the browser itself waits
 * for goes by the real clock: the `retry` of an event stream, a close frame.
 */
export function stopPageClock(): void {
  // Not at 0, which code may take for "never".
  let now = 3_600_000;
  let isPassing = false;
  let last = 0;
  const timers = new Map<number, Timer>();
  const { port1, port2 } = new MessageChannel();
  const turn = () =>
    new Promise((resolve) => {
      port1.onmessage = resolve;
      port2.postMessage(undefined);
    });

  function add(run: () => void, ms: unknown, repeats = false): number {
    // HTML, 8.6, timers: what is no number is 0, and too much overflows.
    const wanted = Number(ms) || 0;
    const least = isPassing || repeats ? 1 : 0;
    const delay = Math.max(least, wanted < 2 ** 31 ? wanted : 1);
    const id = (last += 1);
    const every = repeats ? delay : undefined;
    timers.set(id, { id, at: now + delay, every, run });
    return id;
  }

  globalThis.passTime = async (ms) => {
    const end = now + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of timers.values())
        if (timer.at <= end && (!next || timer.at < next.at)) next = timer;
      if (!next) break;
      now = next.at;
      if (next.every === undefined) timers.delete(next.id);
      else next.at += next.every;
      isPassing = true;
      try {
        next.run();
      } catch (error) {
        reportError(error);
      }
      // What it has led to comes before the next one, as between any two.
      await turn();
      isPassing = false;
    }
    now = end;
  };

  type Handler = (...args: unknown[]) => void;
  const clear = (id: unknown) => void timers.delete(Number(id));
  Object.assign(globalThis, {
    setTimeout: (handler: Handler, ms?: unknown, ...args: unknown[]) =>
      add(() => handler(...args), ms),
    setInterval: (handler: Handler, ms?: unknown, ...args: unknown[]) =>
      add(() => handler(...args), ms, true),
    requestAnimationFrame: (handler: Handler) =>
      add(() => handler(now), 16 - (now % 16)),
    requestIdleCallback: (handler: Handler) =>
      add(() => handler({ didTimeout: false, timeRemaining: () => 0 }), 0),
    clearTimeout: clear,
    clearInterval: clear,
    cancelAnimationFrame: clear,
    cancelIdleCallback: clear,
    Date: new Proxy(Date, {
      construct: (date, given, target) =>
        Reflect.construct(
          date,
          given.length > 0 ? given : [now],
          target,
        ) as Date,
      apply: () => String(new Date()),
    }),
  });
  Date.now = () => now;
  performance.now = () => now;
  Object.defineProperty(performance, 'timeOrigin', { value: 0 });
  const stamps = new WeakMap<Event, number>();
  Object.defineProperty(Event.prototype, 'timeStamp', {
    get(this: Event) {
      if (!stamps.has(this)) stamps.set(this, now);
      return stamps.get(this);
    },
  });
  AbortSignal.timeout = (ms) => {
    const controller = new AbortController();
    add(() => {
      controller.abort(new DOMException('signal timed out', 'TimeoutError'));
    }, ms);
    return controller.signal;
  };
}
