/** A lesson's server through all its lives. */
import { EventEmitter } from 'node:events';
import type { Crash, LessonState } from '@on-the-wire/lesson/lesson.ts';
import { explainCrash } from './crash.ts';
import {
  type Address,
  type RunningProcess,
  startProcess,
} from './lesson-process.ts';
import type { Saved } from './watch.ts';

/** What is started, again and again, and how. */
export interface ServerOptions {
  /** The lesson's folder, as an absolute path. */
  folder: string;
  /** What is started in it. */
  file: string;
  /** What it must listen on, in each of its lives. */
  port: number;
  /** Its further addresses. */
  addresses?: Address[];
  /** What its process finds in its environment besides. */
  environment?: Record<string, string>;
  /** Flags for the Node of its process. */
  flags: string[];
  /** ms until a process that runs and does not listen is called crashed. */
  timeoutMs: number;
  /** ms that its process may take to end, beside a second. */
  drainMs?: number | undefined;
}

interface Events {
  /** A line that the process wrote. */
  line: [string, 'stdout' | 'stderr'];
  crash: [Crash];
  /** It is ready again after these files were saved, so many ms ago. */
  restarted: [files: string[], ms: number];
  /** Nobody listens at its port, or somebody does again. */
  away: [boolean];
}

/** How the server is; tells each change. */
export class ServerState extends EventEmitter<{ change: [LessonState] }> {
  current: LessonState = {
    status: 'starting',
    pageVersion: 1,
    tutorialVersion: 1,
  };

  constructor() {
    super();
    this.setMaxListeners(0); // Each tab with the shell is one.
  }

  set(change: Partial<LessonState>): void {
    const { crash: _over, ...rest } = this.current;
    // A crash is over as soon as the status is another one.
    const before = change.status ? rest : this.current;
    this.current = { ...before, ...change };
    this.emit('change', this.current);
  }
}

/**
 * Starts the server's process, and starts it again when told that files were
 * saved. After a crash it waits for the next save.
 */
export class LessonServer extends EventEmitter<Events> {
  readonly state = new ServerState();
  readonly #options: ServerOptions;
  /** The process that counts; another that still runs is being ended. */
  #life: RunningProcess | undefined;
  #ending: Promise<void> | undefined;
  #over = false;
  #saved: { files: string[]; at: number } | undefined;
  /** Whether the page is to be reloaded once the server can send it. */
  #newPage = false;

  constructor(options: ServerOptions) {
    super();
    this.#options = options;
  }

  start(): void {
    const { folder, file, port, addresses, flags, timeoutMs } = this.#options;
    const { environment, drainMs } = this.#options;
    const life = startProcess({
      folder,
      file,
      port,
      addresses,
      environment,
      flags,
      drainMs,
      onLine: (from, line) => this.emit('line', line, from),
    });
    this.#life = life;
    const counts = () => this.#life === life;

    const late = setTimeout(() => {
      if (!counts()) return;
      const within = `within ${timeoutMs / 1_000} s`;
      this.#crash({
        message: `${file} has not listened on port ${port} ${within}`,
        details:
          'It runs, but nothing accepts a connection there. It must listen ' +
          'on the port in process.env.PORT, at 127.0.0.1.',
      });
    }, timeoutMs);
    void life.ready.then(() => {
      clearTimeout(late);
      if (counts()) this.#ready();
    });
    void life.ended.then((ending) => {
      clearTimeout(late);
      if (!counts()) return;
      this.emit('away', true);
      this.#crash(explainCrash(ending, folder, file));
    });
  }

  /** Restarts the process, or says that page or tutorial are new. */
  save({ server, page, tutorial }: Saved): void {
    const { status, pageVersion, tutorialVersion } = this.state.current;
    if (tutorial.length > 0)
      this.state.set({ tutorialVersion: tutorialVersion + 1 });
    // A server that does not respond cannot send the new page yet.
    const waits = status !== 'ready' || server.length > 0;
    if (page.length > 0 && waits) this.#newPage = true;
    else if (page.length > 0) this.state.set({ pageVersion: pageVersion + 1 });
    if (server.length > 0) void this.#restart(server);
  }

  /** Ends the process for good. Resolves when it is gone. */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#end();
  }

  async #restart(files: string[]) {
    this.#saved = { files, at: performance.now() };
    // On the way already: the next process will read what was saved now.
    if (this.#ending) return;
    this.state.set({ status: 'restarting' });
    await this.#end();
    if (!this.#over) this.start();
  }

  async #end() {
    const life = this.#life;
    this.#life = undefined;
    if (life) this.emit('away', true);
    this.#ending ??= life?.stop();
    await this.#ending;
    this.#ending = undefined;
  }

  #ready() {
    const pageVersion = this.state.current.pageVersion + Number(this.#newPage);
    this.#newPage = false;
    this.emit('away', false);
    this.state.set({ status: 'ready', pageVersion });
    if (!this.#saved) return;
    const { files, at } = this.#saved;
    this.#saved = undefined;
    this.emit('restarted', files, performance.now() - at);
  }

  #crash(crash: Crash) {
    this.#saved = undefined;
    this.state.set({ status: 'crashed', crash });
    this.emit('crash', crash);
  }
}
