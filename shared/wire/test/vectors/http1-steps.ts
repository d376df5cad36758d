/** What vectors of HTTP/1.1 have in common: see vector.ts. */
export const GET = '"GET /board HTTP/1.1⏎Host: a⏎⏎"';
export const EVENTS =
  '"HTTP/1.1 200 OK⏎Content-Type: text/event-stream⏎Transfer-Encoding: chunked⏎⏎"';
