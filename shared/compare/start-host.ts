/** Starts the process of a server that is compared, and speaks with it. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lessonsFolder } from '../harness/lessons.ts';
import { askProcess, endProcess } from './ask-process.ts';

export type Command =
  | { what: 'start'; file: string; options: object; seed: string }
  | { what: 'tell'; count: number; every: number }
  | { what: 'restart' }
  | { what: 'weigh' }
  | { what: 'time' };

/** An update that was made, and when by the common clock, in ms. */
export interface Told {
  n: number;
  at: number;
}

export interface Reply {
  port?: number;
  told?: Told[];
  at?: number;
  resident?: number;
  cpu?: number;
  error?: string;
}

export interface Host {
  port: number;
  pid: number;
  /** Makes so many updates, one each `every` ms. Resolves after the last. */
  tell(count: number, every: number): Promise<Told[]>;
  /**
   * Ends the server, as one does that is deployed, and starts another with an
   * empty history at the same port. Resolves with the moment it listens.
   */
  restart(): Promise<number>;
  /** Bytes of its process, after the garbage was collected. */
  weigh(): Promise<number>;
  /** ms of processor time that its process has taken so far. */
  time(): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Starts a lesson's `server.ts`.
 *
 * @param lesson the name of its folder
 * @param options for its `createServer`, beside the feed
 * @param seed of the feed
 * @throws Error with what the server said, if it cannot be started
 */
export async function startHost(
  lesson: string,
  options: object,
  seed: string,
): Promise<Host> {
  const child = fork(new URL('host.ts', import.meta.url), {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  });
  const file = pathToFileURL(join(lessonsFolder, lesson, 'server.ts')).href;
  const about = `Comparing: the server of the lesson "${lesson}"`;
  const ask = (command: Command) => askProcess<Reply>(child, about, command);
  const { port } = await ask({ what: 'start', file, options, seed });
  return {
    port: port!,
    pid: child.pid!,
    async tell(count, every) {
      return (await ask({ what: 'tell', count, every })).told!;
    },
    async restart() {
      return (await ask({ what: 'restart' })).at!;
    },
    async weigh() {
      return (await ask({ what: 'weigh' })).resident!;
    },
    async time() {
      return (await ask({ what: 'time' })).cpu!;
    },
    stop: () => endProcess(child),
  };
}
