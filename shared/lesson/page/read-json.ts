import { BadInput } from '../board/feed.ts';
import type { Request } from './exchange.ts';

/** Characters of a body: what a page sends takes some 20. */
const limit = 1024;

/**
 * Reads a request's body as JSON.
 *
 * @param what it is for, as an error's message begins: `Set the rate`
 * @param example what would have been right
 * @throws BadInput (400) for another type or text, (413) for too much
 */
export async function readJson(
  request: Request,
  what: string,
  example: string,
): Promise<unknown> {
  // A page of another origin can send text without asking first (a "simple"
  // request of the Fetch standard, 2.2.2), but not JSON.
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(type)) {
    throw new BadInput(
      `${what}: found Content-Type ${JSON.stringify(type)}, ` +
        `expected application/json.`,
    );
  }
  let body = '';
  request.setEncoding('utf8');
  for await (const text of request) {
    body += text;
    if (body.length > limit) {
      throw Object.assign(
        new BadInput(`${what}: found more than ${limit} characters.`),
        { status: 413 },
      );
    }
  }
  try {
    return JSON.parse(body);
  } catch {
    throw new BadInput(
      `${what}: found ${JSON.stringify(body)}, expected JSON such as ${example}.`,
    );
  }
}
