/** The processes of a lesson that has several, through all their lives. */
import { EventEmitter } from 'node:events';
import type { Crash, LessonState } from '@on-the-wire/lesson/lesson.ts';
import { LessonServer, ServerState } from './lesson-server.ts';
import type { PlannedProcess } from './plan-processes.ts';
import type { Saved } from './watch.ts';

interface Events {
  /** A line that a process wrote. */
  line: [name: string, line: string, to: 'stdout' | 'stderr'];
  crash: [name: string, Crash];
  /** They are ready again after these files were saved, so many ms ago. */
  restarted: [files: string[], ms: number];
  /** Nobody listens at a process's port, or somebody does again. */
  away: [boolean, name: string];
}

/**
 * Starts the processes together; a saved file restarts those that are started
 * from it, and all of them where it is none of theirs alone. The lesson is as
 * its worst process is.
 */
export class LessonGroup extends EventEmitter<Events> {
  readonly state = new ServerState();
  readonly #servers: { name: string; file: string; server: LessonServer }[];

  /** @param processes the first serves the page */
  constructor(
    processes: PlannedProcess[],
    shared: { folder: string; flags: string[]; timeoutMs: number },
  ) {
    super();
    this.#servers = processes.map((planned) => {
      const { name, file } = planned;
      const server = new LessonServer({ ...shared, ...planned });
      server.on('line', (line, to) => this.emit('line', name, line, to));
      server.on('crash', (crash) => this.emit('crash', name, crash));
      server.on('restarted', (files, ms) => {
        // The last of them says it for all.
        const { status } = this.state.current;
        if (status === 'ready') this.emit('restarted', files, ms);
      });
      server.on('away', (isAway) => this.emit('away', isAway, name));
      server.state.on('change', () => this.#tell());
      return { name, file, server };
    });
  }

  start(): void {
    for (const { server } of this.#servers) server.start();
  }

  /** Restarts whom it concerns, or says that page or tutorial are new. */
  save(saved: Saved): void {
    const own = (file: string) => saved.server.filter((each) => each === file);
    const entries = new Set(this.#servers.map(({ file }) => file));
    const concernsAll = saved.server.some((file) => !entries.has(file));
    for (const [at, { file, server }] of this.#servers.entries()) {
      const files = concernsAll ? saved.server : own(file);
      const { page, tutorial } = saved;
      const rest = at === 0 ? { page, tutorial } : { page: [], tutorial: [] };
      server.save({ server: files, ...rest });
    }
  }

  /** Ends all processes for good. Resolves when they are gone. */
  async stop(): Promise<void> {
    await Promise.all(this.#servers.map(({ server }) => server.stop()));
  }

  #tell(): void {
    const states = this.#servers.map(({ server }) => server.state.current);
    const { pageVersion, tutorialVersion } = states[0]!;
    const order = ['crashed', 'starting', 'restarting', 'ready'] as const;
    const status = order.find((each) => states.some((s) => s.status === each))!;
    const crash = states.find((state) => state.crash)?.crash;
    const change: Partial<LessonState> = {
      status,
      pageVersion,
      tutorialVersion,
      ...(crash && { crash }),
    };
    this.state.set(change);
  }
}
