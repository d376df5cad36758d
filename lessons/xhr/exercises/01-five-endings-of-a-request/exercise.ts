/**
 * One request, and how it ends. RFC 9110, 15; Fetch, 5.6.
 * Broken on purpose: see README.md.
 */

export interface BoardRequest {
  /** An absolute URL. */
  url: string;
  /** The ETag of the board that we have. */
  etag?: string;
  /** How long all of it may take, the body included. */
  timeoutMs: number;
}

export type Ending =
  | { ending: 'ok'; board: unknown; etag: string | null }
  | { ending: 'not modified' }
  | { ending: 'error status'; status: number }
  | { ending: 'network error' }
  | { ending: 'timeout' };

/** Requests a board, and returns how that ended. */
export async function requestBoard(request: BoardRequest): Promise<Ending> {
  const { url, etag, timeoutMs } = request;
  const headers: HeadersInit = etag ? { 'If-None-Match': etag } : {};
  const signal = AbortSignal.timeout(timeoutMs);
  // TODO: there are four more ways to end.
  const response = await fetch(url, { headers, signal });
  const board: unknown = await response.json();
  return { ending: 'ok', board, etag: response.headers.get('ETag') };
}
