/** A clock that stands still, and passes time on command. */
import { install } from '@sinonjs/fake-timers';
import { connect } from 'node:http2';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import timersPromises from 'node:timers/promises';

/** The clock that was stopped; all times in ms. */
export interface Clock {
  /** ms since it was stopped. */
  readonly now: number;
  /** Timers that have been set, and neither fired for good nor cleared. */
  readonly timers: number;
  /** So many ms pass: what is due by then is called, in order. */
  pass(ms: number): void;
  /**
   * The same, but what awaits a timer goes on before more time passes.
   * Sockets do not: they wait until all of it has passed.
   *
   * @returns how many timers were called before the last of these ms
   */
  elapse(ms: number): Promise<number>;
  /**
   * So many ms pass as while a machine sleeps: what is due in them is called at
   * their end, and once, however often it was due. For times in which an
   * interval would be due millions of times.
   */
  sleep(ms: number): Promise<void>;
  /** Lets the real clock go on; what was set with this one never fires. */
  release(): void;
}

/** Promises that may lie between a timer and what its caller does next. */
const turns = 20;

/**
 * Stops the clock of this process, for the code that runs in it: `setTimeout`
 * and `setInterval`, those of `node:timers/promises` too, `AbortSignal.timeout`,
 * `Date` and `performance.now`. Sockets live on as they do.
 *
 * @param options.sockets whether the idle timeouts of sockets stand still, too:
 *   `setTimeout` and `timeout` of `node:net`, `node:http` and `node:http2`. One
 *   that gets bytes while time passes has been idle all the same: they wait.
 *
 * A module of jest's has what it imported from `node:timers/promises` for
 * good: there only the global functions stand still.
 *
 * Not the one of `node:test`: there, clearing a timer that has fired removes
 * another one. Nor `tickAsync` of the one it is made of: it lets sockets in.
 */
export function stopClock({ sockets = false } = {}): Clock {
  const realPromises = { ...timersPromises };
  const realNow = performance.now;
  const realTimeout = AbortSignal.timeout;
  const start = Date.now();
  const clock = install({
    now: start,
    loopLimit: Infinity, // an interval may fire as often as it likes
    shouldClearNativeTimers: true,
    toFake: [
      'setTimeout',
      'clearTimeout',
      'setInterval',
      'clearInterval',
      'Date',
    ],
  });
  Object.assign(timersPromises, asPromises());
  syncBuiltinESMExports();
  performance.now = () => clock.now - start;
  AbortSignal.timeout = (ms) => {
    const late = new AbortController();
    const why = new DOMException('The time is over', 'TimeoutError');
    setTimeout(() => late.abort(why), ms);
    return late.signal;
  };
  const startSockets = sockets ? stopSockets() : undefined;
  const goOn = async () => {
    for (let turn = 0; turn < turns; turn += 1) await undefined;
  };

  return {
    get now() {
      return clock.now - start;
    },
    get timers() {
      return clock.countTimers();
    },
    pass: (ms) => void clock.tick(ms),
    async elapse(ms) {
      const end = clock.now + ms;
      clock.setTimeout(() => {}, ms); // nothing later is next before it
      let called = 0;
      while (clock.now < end) {
        clock.next();
        if (clock.now < end) called += 1;
        await goOn();
      }
      clock.tick(0); // what else is due right now
      await goOn();
      return called;
    },
    async sleep(ms) {
      clock.jump(ms);
      await goOn();
    },
    release() {
      clock.uninstall();
      Object.assign(timersPromises, realPromises);
      syncBuiltinESMExports();
      performance.now = realNow;
      startSockets?.();
      AbortSignal.timeout = realTimeout;
    },
  };
}

/**
 * `node:timers/promises`, made of the global functions. What is aborted fails
 * as Node has it, with an AbortError, whatever the signal's own reason.
 */
function asPromises() {
  type Options = { signal?: AbortSignal };
  const wait = <T>(ms?: number, value?: T, { signal }: Options = {}) =>
    new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => resolve(value as T), ms);
      const abort = () => {
        clearTimeout(timer);
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

type SetTimeout = (
  this: Idle,
  ms: number,
  callback?: (...args: unknown[]) => void,
) => Idle;
type Idle = Omit<Socket, 'timeout'> & {
  timeout: number;
  /** Emits `timeout`, unless a write goes on. */
  _onTimeout(): void;
  [key: symbol]: NodeJS.Timeout | undefined;
};

/**
 * The idle timeouts of sockets become timers of the global `setTimeout`. Node
 * keeps each under a symbol, and calls its `refresh` when something happens.
 *
 * @returns what makes them Node's own again
 */
function stopSockets(): () => void {
  const kept = Object.getOwnPropertySymbols(new Socket()).find(
    ({ description }) => description === 'timeout',
  );
  if (!kept)
    throw new Error('Node keeps the timeouts of sockets elsewhere now');
  const setIdleTimeout: SetTimeout = function (ms, callback) {
    if (this.destroyed) return this;
    this.timeout = ms;
    clearTimeout(this[kept]);
    // Node would refresh one that was cleared, and it would fire.
    this[kept] = undefined;
    if (ms > 0) {
      // oxlint-disable-next-line no-underscore-dangle -- Node names it so
      this[kept] = setTimeout(() => this._onTimeout(), ms);
      if (callback) this.once('timeout', callback);
    } else if (callback) this.off('timeout', callback);
    return this;
  };
  const owners = [Socket.prototype, ...prototypesOfHttp2()];
  const real = owners.map(({ setTimeout }) => setTimeout);
  for (const owner of owners) owner.setTimeout = setIdleTimeout as never;
  return () => {
    for (const [at, owner] of owners.entries()) owner.setTimeout = real[at]!;
  };
}

/** What sessions and streams inherit `setTimeout` from; Node exports neither. */
function prototypesOfHttp2(): Socket[] {
  const nowhere = () => new Duplex({ read() {}, write() {} });
  const session = connect('http://localhost', { createConnection: nowhere });
  const stream = session.request();
  for (const each of [stream, session]) each.on('error', () => {}).destroy();
  return [stream, session].map((each) => {
    let owner: object = each;
    while (!Object.hasOwn(owner, 'setTimeout'))
      owner = Object.getPrototypeOf(owner) as object;
    return owner as Socket;
  });
}
