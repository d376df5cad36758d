/**
 * One request, and how it ends. RFC 9110, section 15; WHATWG Fetch, 5.6.
 * Broken on purpose: see README.md.
 */

export interface Question {
  url: string;
  /** The ETag of the board that we have. */
  tag?: string;
  /** ms that all of it may take, the body included. */
  limit: number;
}

export type Ending =
  | { ending: 'fresh'; board: unknown; tag: string | null }
  | { ending: 'unchanged' }
  | { ending: 'refused'; status: number }
  | { ending: 'unreachable' }
  | { ending: 'too late' };

/** Asks for a board, and says how that ended. */
export async function ask({ url, tag, limit }: Question): Promise<Ending> {
  const headers: HeadersInit = tag ? { 'If-None-Match': tag } : {};
  const signal = AbortSignal.timeout(limit);
  // TODO: there are four more ways to end.
  const response = await fetch(url, { headers, signal });
  const board: unknown = await response.json();
  return { ending: 'fresh', board, tag: response.headers.get('ETag') };
}
