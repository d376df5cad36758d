/**
 * The bytes that load and target exchange. No two small messages are alike:
 * path, date, length and content differ, as they do between real programs, so
 * that no decoder gets by with what it remembers of the message before.
 */

/** What a request begins with: for a small response, and for a large one. */
export const SMALL = 'GET /small/';
export const BULK = 'GET /bulk/';

/** What a small response, and only its end, ends with. */
export const LAST = 0x0a;

const headers = 'Content-Type: text/plain\r\n';
/** The date of the first response; each later one is a second later. */
const FIRST = Date.UTC(2026, 10, 28, 12);
const rest = '.'.repeat(150);

/**
 * A response about as large as an update of the board.
 * @param n how many responses came before it
 */
export function smallResponse(n: number): string {
  const update = `departure ${n} ${rest.slice(n % 60)}\n`;
  const date = new Date(FIRST + n * 1000).toUTCString();
  return `HTTP/1.1 200 OK\r\n${headers}Date: ${date}\r\nContent-Length: ${update.length}\r\n\r\n${update}`;
}

/**
 * A request with about as many headers as a script sends.
 * @param n how many requests came before it
 */
export function smallRequest(port: number, n: number): string {
  return `${SMALL}${n} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n`;
}

/**
 * A request for one large response.
 *
 * @param port of the server
 * @param length of the body that is wanted, in bytes
 */
export function bulkRequest(port: number, length: number): string {
  return `${BULK}${length} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
}

/**
 * The status line and headers before a large body.
 *
 * @param length of the body, in bytes
 */
export function bulkHead(length: number): string {
  return `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${length}\r\n\r\n`;
}
