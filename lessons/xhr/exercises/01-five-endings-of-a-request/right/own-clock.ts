// Right, and different: a clock of its own that races, and lets the request go.

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
  const { promise: late, resolve } = Promise.withResolvers<Ending>();
  const timer = setTimeout(() => {
    resolve({ ending: 'too late' });
    enough.abort();
  }, limit);
  const asking = async (): Promise<Ending> => {
    const response = await fetch(url, { headers, signal: enough.signal });
    const text = await response.text();
    switch (response.status) {
      case 200:
        return {
          ending: 'fresh',
          board: JSON.parse(text) as unknown,
          tag: response.headers.get('ETag'),
        };
      case 304:
        return { ending: 'unchanged' };
      default:
        return { ending: 'refused', status: response.status };
    }
  };
  const asked = asking().catch((): Ending => ({ ending: 'unreachable' }));
  const ending = await Promise.race([late, asked]);
  clearTimeout(timer);
  return ending;
}
