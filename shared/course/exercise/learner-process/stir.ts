/**
 * Whether anything goes on in a process, so that a check which waits for what
 * never comes is ended by an event, and not by a clock.
 *
 * What goes in: every asynchronous thing that Node begins, told by its
 * `async_hooks`. What comes out: how many of them will call back by themselves
 * (timers, requests to the system, jobs of the thread pool), and how many
 * callbacks there have been. A socket that waits for somebody else calls back
 * only if that one does something, which is seen there.
 */
/* oxlint-disable no-underscore-dangle -- Node names them so */
import { AsyncLocalStorage, createHook } from 'node:async_hooks';

/**
 * ms: a timer that is set for so long is no reason to wait. Nothing that an
 * exercise asks for takes as long by the real clock; where it would, a check
 * stops the clock. Node itself keeps idle connections for at least so long.
 */
const long = 4_000;

/** What calls back by itself, and once, by Node's name for it. */
const requests =
  /^(TCPCONNECTWRAP|PIPECONNECTWRAP|GET(ADDR|NAME)INFOREQWRAP|QUERYWRAP|PROCESSWRAP|WORKER|FSREQ\w+|FILEHANDLECLOSEREQ)$/;
/** And what `node:crypto` computes, in the thread pool or at once. */
const jobs = /^(?!HTTP)\w+REQUEST$/;

/** Too many of them, and always followed by something else. */
const ignored = new Set(['TickObject', 'Microtask']);

/** Timers that Node sets for its own housekeeping, and from where. */
const housekeeping: Record<string, RegExp> = {
  onTick: /node:internal\/deps\/undici/,
  onParserTimeout: /node:internal\/deps\/undici/,
  resetCache: /node:internal/,
};

interface Resource {
  /** Of a job of `node:crypto`: undefined where the caller waits for it. */
  ondone?: unknown;
  _destroyed?: boolean;
  _idleTimeout?: number;
  _onTimeout?: { name?: string };
}

interface Noted {
  of: Stir;
  kind: 'timer' | 'request' | 'job' | 'other';
}

const noted = new Map<number, Noted>();
const owner = new AsyncLocalStorage<Stir>();
let whole: Stir | undefined;
let unseen = false;

/** What goes on, in a whole process or in what one function began. */
export class Stir {
  /** How many callbacks there have been; code that knows of more adds them. */
  count = 0;
  readonly #pending = new Map<number, Resource>();

  /** Notes all that this process does from now on. */
  static ofProcess(): Stir {
    hook.enable();
    whole = new Stir();
    return whole;
  }

  /** Calls a function; notes all that it begins, as far as Node can follow. */
  run<T>(begin: () => T): T {
    hook.enable();
    return owner.run(this, begin);
  }

  /** Whether something will call back by itself. */
  get pending(): boolean {
    // Only now: a job gets what it calls back after it is made, and a socket
    // sets its one timer again and again, for other times.
    return this.#pending.entries().some(([id, resource]) => {
      const { _destroyed: over, _idleTimeout: ms = 0, ondone } = resource;
      const isDone = noted.get(id)?.kind === 'job' && !ondone;
      return !over && !isDone && ms < long;
    });
  }

  /** @internal */
  add(id: number, type: string, resource: Resource): void {
    const kind = kindOf(type, resource);
    noted.set(id, { of: this, kind });
    if (kind !== 'other') this.#pending.set(id, resource);
  }

  /** @internal */
  remove(id: number): void {
    this.#pending.delete(id);
  }
}

/** Calls a function; what it begins at once is not noted. */
export function unnoted<T>(begin: () => T): T {
  const before = unseen;
  unseen = true;
  try {
    return owner.exit(begin);
  } finally {
    unseen = before;
  }
}

/** So many turns of the event loop: each asks all sockets for what has come. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1)
    await new Promise<void>((done) => unnoted(() => setImmediate(done)));
}

function kindOf(type: string, resource: Resource): Noted['kind'] {
  if (type === 'Immediate') return 'timer';
  if (type === 'Timeout') {
    const from = housekeeping[resource._onTimeout?.name ?? ''];
    return from?.test(stack()) ? 'other' : 'timer';
  }
  if (jobs.test(type)) return 'job';
  return requests.test(type) ? 'request' : 'other';
}

/** Deep enough to show who has set a timer. */
function stack(): string {
  const { stackTraceLimit: before } = Error;
  Error.stackTraceLimit = 30;
  const text = String(new Error().stack);
  Error.stackTraceLimit = before;
  return text;
}

const hook = createHook({
  // Promises call back in the turn of what resolves them.
  trackPromises: false,
  init(id, type, _trigger, resource: Resource) {
    const of = whole ?? owner.getStore();
    if (of && !unseen && !ignored.has(type)) of.add(id, type, resource);
  },
  before(id) {
    const found = noted.get(id);
    if (found) found.of.count += 1;
  },
  after(id) {
    const found = noted.get(id);
    if (found?.kind === 'request' || found?.kind === 'job') found.of.remove(id);
  },
  destroy(id) {
    noted.get(id)?.of.remove(id);
    noted.delete(id);
  },
});
