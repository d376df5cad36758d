// Wrong: begins to count anew with each piece of the body.
// Told: A body that drips is waited for

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
  const stop = () => enough.abort();
  let timer = setTimeout(stop, limit);
  try {
    const response = await fetch(url, { headers, signal: enough.signal });
    const { status, body } = response;
    if (status === 304) return { ending: 'unchanged' };
    if (!response.ok) return { ending: 'refused', status };
    let text = '';
    const decoder = new TextDecoder();
    for await (const piece of body!) {
      clearTimeout(timer);
      timer = setTimeout(stop, limit);
      text += decoder.decode(piece, { stream: true });
    }
    const board: unknown = JSON.parse(text);
    return { ending: 'fresh', board, tag: response.headers.get('ETag') };
  } catch {
    return { ending: enough.signal.aborted ? 'too late' : 'unreachable' };
  } finally {
    clearTimeout(timer);
  }
}
