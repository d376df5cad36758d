/** In the learner's process: its server, and what Node warns of. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { LessonModule } from '@on-the-wire/shared/lesson.ts';

const warnings: string[] = [];
process.on('warning', ({ message }) => warnings.push(message));

/** Lets it listen; returns the port, or nothing where it has no server. */
export async function open(mine: Partial<LessonModule>) {
  if (!mine.createServer) return undefined;
  const { server } = mine.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** What Node has warned of so far. */
export const warned = () => warnings;
