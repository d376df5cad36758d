// Wrong: reads the body outside of the try, so one that breaks off throws.
// Told: A body that broke off ends in an error

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
  const signal = AbortSignal.timeout(limit);
  let response: Response;
  try {
    response = await fetch(url, { headers, signal });
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError';
    return { ending: isLate ? 'too late' : 'unreachable' };
  }
  const { status } = response;
  if (status === 304) return { ending: 'unchanged' };
  if (!response.ok) return { ending: 'refused', status };
  const board: unknown = await response.json();
  return { ending: 'fresh', board, tag: response.headers.get('ETag') };
}
