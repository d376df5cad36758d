/** A report of a delay: JSON, and only from staff. */
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import { readJson } from '@on-the-wire/shared/page/read-json.ts';
import { isStaff } from '@on-the-wire/shared/page/staff.ts';
import type { Exchange } from './exchange.ts';

/** Takes a report, or refuses it with 401. */
export async function takeReport({ request, response }: Exchange, feed: Feed) {
  if (!isStaff(request)) {
    response.statusCode = 401;
    return response.end('Only staff may report: sign in first.');
  }
  const example = '{"train":"S 5","minutes":5}';
  const report = await readJson(request, 'Report a delay', example);
  response.setHeader('Content-Type', 'application/json');
  return response.end(JSON.stringify(feed.reportDelay(report)));
}
