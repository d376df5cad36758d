// Wrong: takes each rejection for an unreachable server, a late one too.
// Told: An answer that is too late is told as unreachable

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
    if (status === 304) return { ending: 'unchanged' };
    if (!response.ok) return { ending: 'refused', status };
    const board: unknown = await response.json();
    return { ending: 'fresh', board, tag: response.headers.get('ETag') };
  } catch {
    return { ending: 'unreachable' };
  }
}
