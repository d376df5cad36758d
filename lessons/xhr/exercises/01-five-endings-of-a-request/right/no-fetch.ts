// Right, and different: without fetch, with the events of node:http.

import { get } from 'node:http';

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

export function requestBoard(wanted: BoardRequest): Promise<Ending> {
  const { url, etag, timeoutMs } = wanted;
  return new Promise((end) => {
    const fail = () => end({ ending: 'network error' });
    const headers = etag === undefined ? {} : { 'if-none-match': etag };
    const request = get(url, { headers }, (response) => {
      const { statusCode: status = 0 } = response;
      if (status === 304) end({ ending: 'not modified' });
      else if (status !== 200) end({ ending: 'error status', status });
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('error', fail);
      response.on('end', () => {
        try {
          const board: unknown = JSON.parse(text);
          end({ ending: 'ok', board, etag: response.headers.etag ?? null });
        } catch {
          fail();
        }
      });
    });
    request.on('error', fail);
    const timer = setTimeout(() => {
      end({ ending: 'timeout' });
      request.destroy();
    }, timeoutMs);
    request.on('close', () => clearTimeout(timer));
  });
}
