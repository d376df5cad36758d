/**
 * The process of a server that is compared: a lesson's own, unchanged. Only its
 * feed has no clock and moves only when it is asked to, so that every way gets the
 * same updates, and the moment of each is known.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { createFeed, type Feed } from '@on-the-wire/lesson/board/feed.ts';
import type { HostRequest, HostResponse } from './start-host.ts';
import { respondToRequests } from './respond-to-requests.ts';
import { now } from '../clock.ts';
import {
  deployBroker,
  deployGateway,
  deployServer,
  type Deployment,
} from './deployments.ts';

let started: HostRequest & { what: 'start' };
let feed: Feed;
let deployment: Deployment;
const origins: string[] = []; // of pages, in all its lives

/** Listens with a new run of the feed; at the same ports, if there are any. */
async function listen(ports: number[] = []): Promise<number[]> {
  feed = createFeed({ seed: started.seed });
  feed.close(); // From here on it has no clock.
  const deploy = {
    'HTTP/1.1': deployServer,
    'HTTP/2': started.direct ? deployServer : deployGateway,
    'MQTT 3.1.1': deployBroker,
  }[started.over];
  const options = { ...started.options, origins };
  deployment = await deploy({ ...started, options }, feed, ports);
  return deployment.ports;
}

async function respond(request: HostRequest): Promise<HostResponse> {
  switch (request.what) {
    case 'start':
      started = request;
      return { ports: await listen() };
    case 'allow':
      origins.push(...request.origins);
      return {};
    case 'update': {
      const made = [];
      const began = now();
      for (let count = 0; count < request.count; count += 1) {
        // By the clock, not pause after pause: a late one delays no other.
        // A late one, too, has a turn of its own: of all that is written in one
        // Node makes one chunk.
        if (count > 0)
          await wait(Math.max(0, began + count * request.every - now()));
        const at = now();
        made.push({ n: feed.next().data.n, at });
      }
      return { made };
    }
    case 'restart': {
      const { ports } = deployment;
      await deployment.close();
      await listen(ports);
      return { at: now() };
    }
    case 'weigh': {
      // All of it, and what is kept only because there is room: a process that
      // has just grown holds twice what it needs, and gives it back when asked.
      await globalThis.gc?.({ execution: 'async', flavor: 'last-resort' });
      return { resident: process.memoryUsage.rss() };
    }
    case 'time': {
      const { user, system } = process.cpuUsage();
      return { cpu: (user + system) / 1000 };
    }
  }
}

respondToRequests(respond);
