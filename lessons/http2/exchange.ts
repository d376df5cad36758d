/** A request and its response: over HTTP/2 they are one stream. */
import type { Http2ServerResponse } from 'node:http2';
import type { Request, Response } from '@on-the-wire/shared/page/exchange.ts';

export interface Exchange {
  request: Request;
  /** Over HTTP/1.1 it is of another class, with the same methods. */
  response: Http2ServerResponse;
  path: string;
  /** The parameters after the question mark. */
  query: URLSearchParams;
}

/** No cache may store the response, unless who responds says otherwise. */
export function exchangeOf(request: Request, response: Response): Exchange {
  const [path = '', search] = request.url!.split('?');
  const query = new URLSearchParams(search);
  response.setHeader('Cache-Control', 'no-store');
  return { request, response: response as Http2ServerResponse, path, query };
}

/** A signal that aborts when this response closes: its stream, no other. */
export function closeSignal(response: Http2ServerResponse) {
  const over = new AbortController();
  response.on('close', () => over.abort());
  return over.signal;
}
