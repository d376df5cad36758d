/** One request, and how it ends. RFC 9110, section 15; WHATWG Fetch, 5.6. */

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
  // Why one signal for both waits: `fetch` resolves with the head, and a body
  // may stall as well.
  const signal = AbortSignal.timeout(limit);
  try {
    const response = await fetch(url, { headers, signal });

    // Why before the body: a 304 has none, and what a refusal says is seldom
    // a board.
    const { status } = response;
    if (status === 304) return { ending: 'unchanged' };
    if (!response.ok) return { ending: 'refused', status };

    const board: unknown = await response.json();
    return { ending: 'fresh', board, tag: response.headers.get('ETag') };
  } catch (error) {
    // Why no more than two: a page is not told more. Refused, reset, a wrong
    // name, all are one TypeError.
    const isLate = (error as Error).name === 'TimeoutError';
    return { ending: isLate ? 'too late' : 'unreachable' };
  }
}
