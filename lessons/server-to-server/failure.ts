/**
 * Which side failed? The status is for the program that asked, the field
 * Proxy-Status (RFC 9209) says who noticed what, the sentence is for a reader.
 */
export interface Failure {
  status: 502 | 503 | 504;
  /** An error type of RFC 9209, section 2.3. */
  type: string;
  sentence: string;
}

/**
 * @param error what http2-proxy reports: its `statusCode` is 503 where the
 *   connection never stood, and 502 where it broke
 * @param side the upstream's name
 * @param timedOut whether it was our clock that ended it
 */
export function failureOf(
  error: Error & { statusCode?: number; code?: string },
  side: string,
  timedOut: boolean,
): Failure {
  if (timedOut)
    return {
      status: 504,
      type: 'http_response_timeout',
      sentence: `The ${side} did not answer in time.`,
    };
  if (error.statusCode === 503)
    return {
      status: 503,
      type: 'connection_refused',
      sentence: `The ${side} cannot be reached.`,
    };
  if (error.code?.startsWith('HPE_'))
    return {
      status: 502,
      type: 'http_protocol_error',
      sentence: `The ${side} answered with something that is no HTTP.`,
    };
  return {
    status: 502,
    type: 'connection_terminated',
    sentence: `The ${side} broke off before it had answered.`,
  };
}

/** The fields of an answer that tells a failure. */
export const fieldsOf = ({ type }: Failure, side: string) => ({
  'Content-Type': 'application/problem+json', // RFC 9457
  'Cache-Control': 'no-store',
  'Proxy-Status': `gateway; error=${type}; next-hop=${side}`,
});

/** Its body: RFC 9457, section 3. */
export const problemOf = ({ status, type, sentence }: Failure, side: string) =>
  JSON.stringify({ status, title: sentence, side, type: `about:${type}` });
