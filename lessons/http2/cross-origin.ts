/** Another port is another origin: it must say that a page may look. */
import type { Server } from 'node:https';

/** Lets pages of any origin read the answers, and know how long they took. */
export function allowAnyPage(server: Server) {
  server.prependListener('request', (_request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Timing-Allow-Origin', '*');
  });
}
