// Wrong: catches rejections only, so the HTML of a 500 is parsed as JSON.
// Told: A refusal ends in an error

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
  let response: Response;
  try {
    response = await fetch(url, {
      headers,
      signal: AbortSignal.timeout(limit),
    });
  } catch (error) {
    const isLate = (error as Error).name === 'TimeoutError';
    return { ending: isLate ? 'too late' : 'unreachable' };
  }
  if (response.status === 304) return { ending: 'unchanged' };
  const board: unknown = await response.json();
  return { ending: 'fresh', board, tag: response.headers.get('ETag') };
}
