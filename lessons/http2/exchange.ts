/** A request and its answer, which on HTTP/2 are a stream. */
import type { Http2ServerResponse } from 'node:http2';
import type { Request, Response } from '@on-the-wire/shared/page/exchange.ts';

export interface Exchange {
  request: Request;
  /** Over HTTP/1.1 it is another, with the same methods. */
  response: Http2ServerResponse;
  path: string;
  /** What stood behind the question mark. */
  query: URLSearchParams;
}

export function exchangeOf(request: Request, response: Response): Exchange {
  const [path = '', search] = request.url!.split('?');
  const query = new URLSearchParams(search);
  return { request, response: response as Http2ServerResponse, path, query };
}

/** Who leaves takes the work along: that of one stream, and no other. */
export function untilGone(response: Http2ServerResponse) {
  const over = new AbortController();
  response.on('close', () => over.abort());
  return over.signal;
}
