/**
 * The proxies before a lesson, while it runs: they are started with the
 * learner's lines, and take the new ones on each save. After a mistake the old
 * run goes on.
 */
import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { performance } from 'node:perf_hooks';
import { titleOf, type InstalledProxy } from '@on-the-wire/proxies/find.ts';
import { ProxyMistake } from '@on-the-wire/proxies/mistake.ts';
import { startProxy, type RunningProxy } from '@on-the-wire/proxies/start.ts';
import type { Log } from '@on-the-wire/system/terminal.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { watchLesson } from '../harness/watch.ts';
import type { BehindMessage } from '../shell/behind-message.ts';
import type { BehindFile } from './file.ts';
import type { PlannedProxy } from './links.ts';

/** What is started, and where. */
export interface BehindOptions {
  installed: InstalledProxy;
  /** One program for each; all with the same lines. */
  proxies: readonly PlannedProxy[];
  file: BehindFile;
  /** What the front ends TLS with, if it does. */
  tls: { key: string; cert: string } | undefined;
  /** Whether the lesson speaks TLS. */
  upstreamTls: boolean;
  /** Prints what the harness has to say. */
  say: Log;
  /** Prints what the program says. */
  sayProxy: Log;
  /** The program has taken the lines of a save. */
  onTaken(): void;
}

/** Runs them, and emits `change` whenever the shell has something else to show. */
export class RunningBehind extends EventEmitter<{ change: [] }> {
  readonly #options: BehindOptions;
  #running: RunningProxy[] = [];
  #watch: { close(): Promise<void> } | undefined;
  #state: BehindMessage['state'] = 'starting';
  #since = Date.now();
  #content: string;
  #mistake: string | undefined;
  /** Saves are taken one after the other. */
  #last: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: BehindOptions) {
    super();
    this.setMaxListeners(0); // one for each open page
    this.#options = options;
    this.#content = this.#read();
  }

  message(): BehindMessage {
    return {
      title: titleOf(this.#options.installed),
      file: this.#options.file.shown,
      content: this.#content,
      state: this.#state,
      since: this.#since,
      ...(this.#mistake !== undefined && { mistake: this.#mistake }),
    };
  }

  /** Starts all. Resolves also where the lines have a mistake: a save mends it. */
  async start(): Promise<void> {
    const { path } = this.#options.file;
    const name = basename(path);
    // First the watch, which reads the file, then what reads it, too.
    this.#watch = watchLesson(
      dirname(path),
      (saved) => {
        if (saved.server.includes(name)) this.#save();
      },
      (error) =>
        this.#options.say(`Saved files are not noticed: ${error}`, 'stderr'),
    );
    await this.#take();
  }

  /** Ends all. May be called twice. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#watch?.close();
    await this.#last;
    await this.#end();
  }

  #read(): string {
    const { path, shown } = this.#options.file;
    return attempt(`${shown} cannot be read`, () => readFileSync(path, 'utf8'));
  }

  #save(): void {
    this.#last = this.#last.then(() => this.#take());
  }

  /** Starts the programs with the lines, or has them take them. */
  async #take(): Promise<void> {
    if (this.#stopped) return;
    const { say, file, installed } = this.#options;
    const { program } = installed;
    const began = performance.now();
    const isFirst = this.#running.length === 0;
    try {
      this.#content = this.#read();
      if (isFirst) await this.#startAll();
      else
        for (const each of this.#running)
          this.#state = await each.replace(this.#content);
    } catch (error) {
      if (!(error instanceof ProxyMistake || error instanceof UsageError))
        throw error;
      this.#fail(error.message, isFirst);
      return;
    }
    const wasStarted = this.#state === 'starting';
    if (isFirst) this.#state = 'running';
    const ms = Math.round(performance.now() - began);
    const what = isFirst ? 'started' : this.#state;
    // Of the first start the addresses tell.
    if (!wasStarted)
      say(`${file.shown} saved: ${program.title} ${what} in ${ms} ms`);
    this.#mistake = undefined;
    this.#since = Date.now();
    if (!wasStarted) this.#options.onTaken();
    this.emit('change');
  }

  async #startAll(): Promise<void> {
    const { proxies, tls, upstreamTls, file, installed, sayProxy } =
      this.#options;
    try {
      for (const { port, upstreamPort } of proxies) {
        const started = await startProxy(installed, {
          port,
          upstream: { port: upstreamPort, tls: upstreamTls },
          ...(tls && { tls }),
          lines: this.#content,
          shownAs: file.shown,
          onLine: (line) => sayProxy(line, 'stderr'),
        });
        this.#running.push(started);
        void started.ended.then(() => this.#lost(started));
      }
    } catch (error) {
      await this.#end();
      throw error;
    }
  }

  #fail(why: string, isFirst: boolean): void {
    const { say, sayProxy, installed } = this.#options;
    const { title } = installed.program;
    for (const line of why.split('\n')) sayProxy(line, 'stderr');
    say(
      isFirst
        ? `${title} does not run: waiting for the next save`
        : `${title} goes on with the lines before: waiting for the next save`,
      'stderr',
    );
    if (isFirst) this.#state = 'ended';
    this.#mistake = why;
    this.emit('change');
  }

  /** A program has ended by itself: then all of them start with the next save. */
  #lost(proxy: RunningProxy): void {
    if (!this.#running.includes(proxy)) return;
    const { say, installed } = this.#options;
    say(
      `${installed.program.title} has ended: the next save starts it again`,
      'stderr',
    );
    this.#state = 'ended';
    this.#since = Date.now();
    this.#last = this.#last.then(() => this.#end());
    this.emit('change');
  }

  async #end(): Promise<void> {
    await Promise.all(this.#running.splice(0).map((each) => each.stop()));
  }
}
