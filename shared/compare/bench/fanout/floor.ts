/** What every server of the bench is for who starts it: as a lesson's. */
import type { Server } from 'node:http';
import type { Lesson } from '@on-the-wire/lesson/lesson.ts';

/** A server that ends by cutting all its connections. */
export function floorOf(server: Server): Lesson {
  return {
    server,
    close: () =>
      new Promise((done) => {
        server.close(() => done()).closeAllConnections();
      }),
  };
}
