/** One request, and how it ends. RFC 9110, 15; Fetch, 5.6. */

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
  // Why one signal for both waits: `fetch` resolves with the headers, and a
  // body may stall as well.
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(url, { headers, signal });

    // Why before the body: a 304 has none, and the body of an error is seldom
    // a board. Why not `response.ok`: that is true for a 204, too.
    const { status } = response;
    if (status === 304) return { ending: 'not modified' };
    if (status !== 200) return { ending: 'error status', status };

    const board: unknown = await response.json();
    return { ending: 'ok', board, etag: response.headers.get('ETag') };
  } catch (error) {
    // Why no more than two: a page learns no more. Refused, reset, a wrong
    // name, all are one TypeError. And a body that is not JSON came from
    // somebody else: from the login page of a hotel.
    const isTimeout = (error as Error).name === 'TimeoutError';
    return { ending: isTimeout ? 'timeout' : 'network error' };
  }
}
