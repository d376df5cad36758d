// Wrong: takes every status that is not ok for a failure, 304 too.
// Told: An unchanged board is told as refused

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
  try {
    const signal = AbortSignal.timeout(limit);
    const response = await fetch(url, { headers, signal });
    const { status } = response;
    if (!response.ok) return { ending: 'refused', status };
    const board: unknown = await response.json();
    return { ending: 'fresh', board, tag: response.headers.get('ETag') };
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError';
    return { ending: isLate ? 'too late' : 'unreachable' };
  }
}
