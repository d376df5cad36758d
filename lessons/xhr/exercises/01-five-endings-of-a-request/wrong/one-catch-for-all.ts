// Wrong: takes all that fails for no answer, the HTML of a refusal too.
// Told: A refusal is told as unreachable

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
    if (response.status === 304) return { ending: 'unchanged' };
    const board: unknown = await response.json();
    const { status } = response;
    if (!response.ok) return { ending: 'refused', status };
    return { ending: 'fresh', board, tag: response.headers.get('ETag') };
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError';
    return { ending: isLate ? 'too late' : 'unreachable' };
  }
}
