/** The process of the clients that load a server, for one measurement. */
import { setTimeout as wait } from 'node:timers/promises';
import { respondToRequests } from '../transports/respond-to-requests.ts';
import {
  openLoadClient,
  type LoadKind,
  type LoadClient,
} from './load-client.ts';

/** How many clients are opened, and what they request. */
export interface ClientsToOpen {
  kind: LoadKind;
  port: number;
  path: string;
  compressed: boolean;
  clients: number;
}

/** What the process is asked for; see `respondToRequests`. */
export type ClientsRequest =
  | ({ what: 'open' } & ClientsToOpen)
  | { what: 'begin' }
  | { what: 'counted'; wanted: number; limit: number };

/** Its response; which fields it has depends on the request. */
export interface ClientsResponse {
  /** What all clients have counted since `begin`. */
  counted?: number;
  /** ms of processor time since `begin`. */
  cpu?: number;
  error?: string;
}

/** So many connect at a time: a queue of the system holds no more. */
const AT_A_TIME = 100;

let clients: LoadClient[] = [];
let before = 0;
let usage = process.cpuUsage();

const total = () => clients.reduce((sum, { count }) => sum + count, 0);

async function respond(request: ClientsRequest): Promise<ClientsResponse> {
  switch (request.what) {
    case 'open': {
      const { kind, port, path, compressed } = request;
      while (clients.length < request.clients) {
        const count = Math.min(AT_A_TIME, request.clients - clients.length);
        const some = Array.from({ length: count }, () =>
          openLoadClient(kind, port, path, compressed),
        );
        clients = [...clients, ...some];
        await Promise.all(some.map(({ ready }) => ready));
      }
      return {};
    }
    case 'begin':
      before = total();
      usage = process.cpuUsage();
      return {};
    case 'counted': {
      const until = performance.now() + request.limit;
      while (total() - before < request.wanted && performance.now() < until)
        await wait(20);
      const { user, system } = process.cpuUsage(usage);
      return { counted: total() - before, cpu: (user + system) / 1000 };
    }
  }
}

respondToRequests(respond);
