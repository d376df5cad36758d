import type { IncomingMessage, ServerResponse } from 'node:http';
import { BadInput, type Feed } from '../board/feed.ts';

/** A rate in JSON takes some 20 bytes; who sends more means something else. */
const limit = 1024;

/**
 * Makes a handler for `PUT /rate` with `{"rate":"rush"}`: the switch that every
 * page offers. Answers 204; anything else goes to `next`, bad input as an error
 * with status 400 or 413. Works as Express middleware and with `node:http`.
 */
export function serveRate(feed: Feed) {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    next: (error?: unknown) => void,
  ): Promise<void> => {
    if (request.method !== 'PUT' || request.url !== '/rate') return next();
    // A page of another origin can send text without asking first (a "simple"
    // request of the Fetch standard, 2.2.2), but not JSON.
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return next(
        new BadInput(
          `Set the rate: found Content-Type ` +
            `${JSON.stringify(request.headers['content-type'] ?? '')}, ` +
            `expected application/json.`,
        ),
      );
    }
    try {
      feed.setRate(await readRate(request));
    } catch (error) {
      return next(error);
    }
    response.statusCode = 204;
    response.end();
  };
}

async function readRate(request: IncomingMessage): Promise<unknown> {
  let body = '';
  request.setEncoding('utf8');
  for await (const text of request) {
    body += text;
    if (body.length > limit) {
      throw Object.assign(
        new BadInput(`Set the rate: found more than ${limit} characters.`),
        { status: 413 },
      );
    }
  }
  try {
    return JSON.parse(body)?.rate;
  } catch {
    throw new BadInput(
      `Set the rate: found ${JSON.stringify(body)}, ` +
        `expected JSON such as {"rate":"normal"}.`,
    );
  }
}
