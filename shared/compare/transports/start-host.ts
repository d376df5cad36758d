/** Starts the process of a server that is compared, and speaks with it. */
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lessonsFolder } from '@on-the-wire/course/harness/lessons.ts';
import { localOrigins } from '@on-the-wire/lesson/page/origins.ts';
import { fork } from '@on-the-wire/system/programs/start.ts';
import { requestFromProcess, endProcess } from './request-from-process.ts';
import type { DeploymentOptions } from './deployments.ts';
import type { Transport } from './transports.ts';

/** What the process is asked for; see `respondToRequests`. */
export type HostRequest =
  | ({ what: 'start'; seed: string } & Pick<Transport, 'over' | 'direct'> &
      DeploymentOptions)
  | { what: 'update'; count: number; every: number }
  | { what: 'allow'; origins: string[] }
  | { what: 'restart' }
  | { what: 'weigh' }
  | { what: 'time' };

/** An update that was made, and when by the common clock, in ms. */
export interface MadeUpdate {
  n: number;
  at: number;
}

/** Its response; which fields it has depends on the request. */
export interface HostResponse {
  ports?: number[];
  made?: MadeUpdate[];
  at?: number;
  resident?: number;
  cpu?: number;
  error?: string;
}

/** A deployment in a process of its own. */
export interface Host {
  /** Of what is tapped. */
  port: number;
  /** Of what else listens: see `deployments.ts`. */
  others: number[];
  pid: number;
  /**
   * Makes the page at this port of this machine one of the server's own. A
   * gateway before it may have ended TLS, so it is known by both schemes.
   */
  allow(port: number): Promise<void>;
  /** Makes so many updates, one each `every` ms. Resolves after the last. */
  makeUpdates(count: number, every: number): Promise<MadeUpdate[]>;
  /**
   * Ends the server, as one does that is deployed, and starts another with an
   * empty history at the same port. Resolves with the moment it listens.
   */
  restart(): Promise<number>;
  /** Bytes of its process, after the garbage was collected. */
  weigh(): Promise<number>;
  /** ms of processor time that its process has taken so far. */
  time(): Promise<number>;
  /** Never fulfilled; rejects when the process ends before it is stopped. */
  crashed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Starts what a transport needs: a lesson's server, alone or with company.
 *
 * @param transport whose it is
 * @param seed of the feed
 * @param script what the lesson's page runs before anything else of it
 * @throws Error with what the server said, if it cannot be started
 */
export async function startHost(
  { lesson, over, options = {}, mine, server, direct }: Transport,
  seed: string,
  script?: string,
): Promise<Host> {
  const child = fork(new URL('host.ts', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    execArgv: ['--expose-gc', ...(mine?.flags ?? [])],
    env: { ...process.env, ...mine?.env },
  });
  const folder = pathToFileURL(join(lessonsFolder, lesson, '/')).href;
  const whose = mine ? 'with your files in it' : 'as it is';
  const about = server
    ? `Comparing: ${server.slice(server.lastIndexOf('/') + 1)}`
    : `Comparing: the server of the lesson "${lesson}", ${whose},`;
  const send = (request: HostRequest) =>
    requestFromProcess<HostResponse>(child, about, request);
  const file = mine?.file ?? server ?? 'server.ts';
  const crashed = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`${about} has crashed (${signal ?? `exit code ${code}`})`);
  });
  crashed.catch(() => {}); // whoever does not wait for it need not catch it
  const start = { over, direct, folder, file, options, seed, script };
  const { ports } = await send({ what: 'start', ...start }).catch(
    async (error: unknown) => {
      await endProcess(child);
      throw error;
    },
  );
  const [port, ...others] = ports!;
  return {
    port: port!,
    others,
    pid: child.pid!,
    async allow(at) {
      const origins = [...localOrigins(at), ...localOrigins(at, 'https')];
      await send({ what: 'allow', origins });
    },
    async makeUpdates(count, every) {
      return (await send({ what: 'update', count, every })).made!;
    },
    async restart() {
      return (await send({ what: 'restart' })).at!;
    },
    async weigh() {
      return (await send({ what: 'weigh' })).resident!;
    },
    async time() {
      return (await send({ what: 'time' })).cpu!;
    },
    crashed,
    stop: () => endProcess(child),
  };
}
