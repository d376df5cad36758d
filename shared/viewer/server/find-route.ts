/** The request that searches a live run: one batch, see `find.ts`. */
import { find } from '../find/find.ts';
import type { RunReader } from '../source.ts';
import type { RequestContext } from './guarded-server.ts';
import { HttpError, json, type HttpResponse } from './response.ts';

/** Characters of a text that is searched. */
const LONGEST = 1_000;

/**
 * Responds to `/wire/find?text=…&from=0&to=500`.
 *
 * @throws HttpError with 400 where one of these is missing, or makes no sense
 */
export async function findRoute(
  reader: RunReader,
  { query, response }: Pick<RequestContext, 'query' | 'response'>,
): Promise<HttpResponse> {
  const text = query.get('text') ?? '';
  if (text === '' || text.length > LONGEST)
    throw new HttpError(
      400,
      `Expected a text of 1 to ${LONGEST} characters, found ${text.length}.`,
    );
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const where = { text, from: lineIn(query, 'from'), to: lineIn(query, 'to') };
  return json(await find(reader, where, gone.signal));
}

function lineIn(query: URLSearchParams, name: string): number {
  const found = query.get(name);
  if (found !== null && /^\d{1,15}$/.test(found)) return Number(found);
  throw new HttpError(
    400,
    `Expected the number of a line as "${name}", found ${JSON.stringify(found)}.`,
  );
}
