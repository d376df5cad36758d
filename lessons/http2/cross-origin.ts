/** Another port is another origin: it must allow the page to read. */
import type { Server } from 'node:https';

/** Lets pages of any origin read responses, their timings and one header. */
export function allowAnyPage(server: Server) {
  server.prependListener('request', (_request, response) => {
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', 'Server-Timing');
    response.setHeader('Timing-Allow-Origin', '*');
  });
}
