/** Another port is another origin: it must allow the page to read. */
import type { Server } from 'node:https';

/** Lets pages of any origin read the responses, and their timings. */
export function allowAnyPage(server: Server) {
  server.prependListener('request', (_request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Timing-Allow-Origin', '*');
  });
}
