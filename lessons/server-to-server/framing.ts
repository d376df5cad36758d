/**
 * Where a request ends. A gateway and its upstream must see the same end: what
 * one of them leaves over on a kept connection, the other takes for the start
 * of somebody else's request (request smuggling). RFC 9112, 6.3 and 11.2.
 * Node's parser refuses what contradicts itself; this is the rest.
 */
import type { IncomingMessage } from 'node:http';

/**
 * With these methods a body gets through whole. http2-proxy 5 drops the body of
 * GET, HEAD and OPTIONS but passes on its length; Node 26 sends a chunked body
 * of DELETE or TRACE without its chunks, as these usually have none.
 */
const mayHaveBody = ['POST', 'PUT', 'PATCH'];

export interface Refusal {
  status: 400 | 501;
  reason: string;
  sentence: string;
}

/** Why this request is not passed on; undefined if its end is clear. */
export function refusalOf({
  method = '',
  headers,
  httpVersion,
}: IncomingMessage): Refusal | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined && Number(headers['content-length'] ?? 0) === 0)
    return undefined;
  const what = `${method} with a body`;

  // A transfer coding is for one hop, and must be undone here: RFC 9112, 6.1.
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    const found = `found Transfer-Encoding: ${coding}, expected chunked`;
    return refuse(501, 'Not Implemented', `${what}: ${found}.`);
  }
  if (coding !== undefined && httpVersion === '1.0') {
    const found = 'found Transfer-Encoding, expected Content-Length';
    return refuse(400, 'Bad Request', `${what} over HTTP/1.0: ${found}.`);
  }
  if (mayHaveBody.includes(method)) return undefined;
  const methods = mayHaveBody.join(', ');
  const expected = `expected no body, or one of the methods ${methods}`;
  return refuse(400, 'Bad Request', `${what}: ${expected}.`);
}

const refuse = (
  status: Refusal['status'],
  reason: string,
  sentence: string,
): Refusal => ({ status, reason, sentence });
