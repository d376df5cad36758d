import type { IncomingMessage } from 'node:http';
import { HttpError } from './response.ts';

const LONGEST = 65_536; // bytes of a request's body

/**
 * Reads a request's body as a JSON object.
 *
 * @throws HttpError (400) where it is none, (413) where it is longer than 64 KiB
 */
export async function readJsonObject(
  request: IncomingMessage,
): Promise<Record<string, unknown>> {
  let body = '';
  for await (const text of request.setEncoding('utf8')) {
    body += text as string;
    if (body.length > LONGEST)
      throw new HttpError(413, `The request is longer than ${LONGEST} bytes.`);
  }
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null)
      return value as Record<string, unknown>;
  } catch {
    // The same response as for any other value.
  }
  throw new HttpError(400, 'The request’s body is no JSON object.');
}
