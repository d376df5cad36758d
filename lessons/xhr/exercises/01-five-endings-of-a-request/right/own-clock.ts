// Right, and different: a timer of its own races, and aborts the request.

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

export async function requestBoard(wanted: BoardRequest): Promise<Ending> {
  const { url, etag, timeoutMs } = wanted;
  const headers: HeadersInit = etag ? { 'If-None-Match': etag } : {};
  const aborted = new AbortController();
  const { promise: late, resolve } = Promise.withResolvers<Ending>();
  const timer = setTimeout(() => {
    resolve({ ending: 'timeout' });
    aborted.abort();
  }, timeoutMs);
  const request = async (): Promise<Ending> => {
    const response = await fetch(url, { headers, signal: aborted.signal });
    const text = await response.text();
    switch (response.status) {
      case 200:
        return {
          ending: 'ok',
          board: JSON.parse(text) as unknown,
          etag: response.headers.get('ETag'),
        };
      case 304:
        return { ending: 'not modified' };
      default:
        return { ending: 'error status', status: response.status };
    }
  };
  const ended = request().catch((): Ending => ({ ending: 'network error' }));
  const ending = await Promise.race([late, ended]);
  clearTimeout(timer);
  return ending;
}
