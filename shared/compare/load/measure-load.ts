/** One transport under load: the cost of an idle client, and of an update. */
import { fork } from '@on-the-wire/system/programs/start.ts';
import {
  requestFromProcess,
  endProcess,
} from '../transports/request-from-process.ts';
import { startHost } from '../transports/start-host.ts';
import type { Transport } from '../transports/transports.ts';
import type { ClientsResponse, ClientsRequest } from './clients.ts';

/** The cost of so many clients. */
export interface Load {
  clients: number;
  /**
   * Bytes of the server's process for each client that waits, after a garbage
   * collection; none if they are too few to stand out from what the process
   * itself takes.
   */
  memory?: number;
  /** µs of the server's processor for each update, or response, to each client. */
  cpu: number;
  /** What arrived, of what had to: updates, or responses to polls. */
  arrived: number;
  wanted: number;
  /** How busy the process of the clients was, from 0 to 1. */
  generator: number;
}

/** How many updates are made, and ms between two. */
const UPDATES = 5;
const EVERY = 1_000;
/** ms after the last until an update that has not arrived counts as missing. */
const TIMEOUT = 10_000;
/** Bytes that a process grows and shrinks by, whatever it does. */
const NOISE = 8_000_000;
/** So many clients make the server load and compile what it needs, before its memory is measured. */
const WARM_UP = 50;

/**
 * Measures it, with clients in a process of their own and without a tap.
 *
 * @throws Error that says what went wrong, or why this machine cannot do it
 */
export async function measureLoad(
  transport: Transport,
  clients: number,
  seed: string,
): Promise<Load> {
  refuseTooMany(clients);
  if (!transport.raw) throw new Error('it has no client for a load');
  const { kind, path, compressed = false } = transport.raw;
  const { behind, options } = transport;
  const source = behind && (await startHost(behind, seed));
  const station = `http://127.0.0.1:${source?.port}`;
  const host = await startHost(
    source ? { ...transport, options: { ...options, station } } : transport,
    seed,
  ).catch(async (error: unknown) => {
    await source?.stop();
    throw error;
  });
  const { makeUpdates } = source ?? host;
  const { port } = host;
  const toOpen = { what: 'open', kind, port, path, compressed } as const;
  const warm = fork(new URL('clients.ts', import.meta.url));
  const child = fork(new URL('clients.ts', import.meta.url));
  const send = (request: ClientsRequest, to = child) =>
    requestFromProcess<ClientsResponse>(
      to,
      `${clients} clients of ${transport.title}`,
      request,
    );
  try {
    return await Promise.race([measured(), host.crashed]);
  } finally {
    await endProcess(warm);
    await endProcess(child);
    await host.stop();
    await source?.stop();
  }

  async function measured(): Promise<Load> {
    await send({ ...toOpen, clients: WARM_UP }, warm);
    await makeUpdates(1, 0);
    await endProcess(warm);
    const empty = await host.weigh();

    await send({ ...toOpen, clients });
    const grown = (await host.weigh()) - empty;

    // The garbage collection has dropped compiled code: this compiles it again.
    const isPoll = kind === 'polling' || kind === 'conditional';
    await makeUpdates(1, 0);
    if (!isPoll)
      await send({ what: 'counted', wanted: clients, limit: TIMEOUT });

    const before = await host.time();
    await send({ what: 'begin' });
    const began = performance.now();
    await makeUpdates(UPDATES, EVERY);
    const { counted, cpu: busy } = await send({
      what: 'counted',
      wanted: clients * UPDATES,
      limit: isPoll ? 0 : TIMEOUT,
    });
    const took = performance.now() - began;
    const cpu = ((await host.time()) - before) * 1000;
    return {
      clients,
      ...(grown > NOISE && { memory: grown / clients }),
      cpu: cpu / Math.max(1, counted!),
      arrived: counted!,
      // A client polls once a second, as in the lesson's page.
      wanted: clients * (isPoll ? Math.floor(took / 1000) : UPDATES),
      generator: busy! / took,
    };
  }
}

/** Each client is an open file in two processes, and the system has a limit. */
function refuseTooMany(clients: number): void {
  const { userLimits } = process.report.getReport() as {
    userLimits?: { open_files?: { soft: number | 'unlimited' } };
  };
  const allowed = userLimits?.open_files?.soft;
  if (typeof allowed !== 'number' || clients + 100 < allowed) return;
  throw new Error(
    `${clients} clients need as many open files; this system allows a ` +
      `process ${allowed} (ulimit -n)`,
  );
}
