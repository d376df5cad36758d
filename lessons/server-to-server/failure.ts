/**
 * Which side failed? The status code is for the program that sent the request,
 * the header Proxy-Status says who noticed what, the sentence is for a reader.
 * The status codes are those that RFC 9209, 2.3 (Proxy Error Types) recommends.
 */
export interface Failure {
  status: 502 | 504;
  /** A proxy error type of RFC 9209. */
  type: string;
  sentence: string;
}

/**
 * @param error what http2-proxy reports; `connectedSocket` says whether there
 *   was a connection to the upstream
 * @param side the upstream's name
 * @param timedOut whether our own timer ended it
 */
export function failureOf(
  error: Error & { connectedSocket?: boolean; code?: string },
  side: string,
  timedOut: boolean,
): Failure {
  const { connectedSocket = true, code = '' } = error;
  if (timedOut && !connectedSocket)
    return {
      status: 504,
      type: 'connection_timeout', // 2.3.9
      sentence: `The gateway got no connection to the ${side} in time.`,
    };
  if (timedOut)
    return {
      status: 504,
      type: 'http_response_timeout', // 2.3.26
      sentence: `The ${side} did not respond in time.`,
    };
  if (code === 'ECONNREFUSED')
    return {
      status: 502,
      type: 'connection_refused', // 2.3.7
      sentence: `The ${side} refused the connection.`,
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {
      status: 502,
      type: 'dns_error', // 2.3.2
      sentence: `The ${side} was not found by its name.`,
    };
  if (code.startsWith('HPE_'))
    return {
      status: 502,
      type: 'http_protocol_error', // 2.3.28
      sentence: `The ${side} sent something that is not HTTP.`,
    };
  return {
    status: 502,
    type: 'connection_terminated', // 2.3.8
    sentence: `The ${side} closed the connection before it had responded.`,
  };
}

/** The headers of a response that reports a failure. */
export const headersOf = ({ type }: Failure, side: string) => ({
  'Content-Type': 'application/problem+json', // RFC 9457
  'Cache-Control': 'no-store',
  'Proxy-Status': `gateway; error=${type}; next-hop=${side}`,
});

/** Its body: RFC 9457, 3. */
export const problemOf = ({ status, type, sentence }: Failure, side: string) =>
  JSON.stringify({ status, title: sentence, side, type: `about:${type}` });
