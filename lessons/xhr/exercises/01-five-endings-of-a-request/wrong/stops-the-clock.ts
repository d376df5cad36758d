// Wrong: stops the clock when the head has come.
// Told: A body that stalls is waited for

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

export async function ask({ url, tag, limit }: Question): Promise<Ending> {
  const headers: HeadersInit = tag ? { 'If-None-Match': tag } : {};
  const enough = new AbortController();
  const timer = setTimeout(() => enough.abort(), limit);
  try {
    const response = await fetch(url, { headers, signal: enough.signal });
    clearTimeout(timer);
    const { status } = response;
    if (status === 304) return { ending: 'unchanged' };
    if (!response.ok) return { ending: 'refused', status };
    const board: unknown = await response.json();
    return { ending: 'fresh', board, tag: response.headers.get('ETag') };
  } catch {
    return { ending: enough.signal.aborted ? 'too late' : 'unreachable' };
  }
}
