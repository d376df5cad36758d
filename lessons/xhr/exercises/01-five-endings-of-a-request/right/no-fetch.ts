// Right, and different: without fetch, with the events of node:http.

import { get } from 'node:http';

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

export function ask({ url, tag, limit }: Question): Promise<Ending> {
  return new Promise((end) => {
    const headers = tag === undefined ? {} : { 'if-none-match': tag };
    const request = get(url, { headers }, (response) => {
      const { statusCode: status = 0 } = response;
      if (status === 304) end({ ending: 'unchanged' });
      else if (status !== 200) end({ ending: 'refused', status });
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('error', () => end({ ending: 'unreachable' }));
      response.on('end', () => {
        const board: unknown = status === 200 ? JSON.parse(text) : undefined;
        end({ ending: 'fresh', board, tag: response.headers.etag ?? null });
      });
    });
    request.on('error', () => end({ ending: 'unreachable' }));
    const timer = setTimeout(() => {
      end({ ending: 'too late' });
      request.destroy();
    }, limit);
    request.on('close', () => clearTimeout(timer));
  });
}
