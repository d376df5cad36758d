/** The bytes that load and target exchange. */

export const SMALL = 'GET /small ';
export const BULK = 'GET /bulk/';

/** What a small answer, and only the end of it, ends with. */
export const LAST = 0x0a;

const headers = 'Content-Type: text/plain\r\n';
const update = `${'departure'.padEnd(117, '.')}\n`;

/** As large as an update of the board. */
export const smallAnswer = Buffer.from(
  `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${update.length}\r\n\r\n${update}`,
);

/** A request with about as many headers as a script sends. */
export function smallRequest(port: number): Buffer {
  return Buffer.from(
    `${SMALL}HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept: */*\r\nUser-Agent: bench\r\n\r\n`,
  );
}

export function bulkRequest(port: number, length: number): string {
  return `${BULK}${length} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
}

export function bulkHead(length: number): string {
  return `HTTP/1.1 200 OK\r\n${headers}Content-Length: ${length}\r\n\r\n`;
}
