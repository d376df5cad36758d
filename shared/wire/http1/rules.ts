/** What the headers of HTTP/1.1 mean for what follows them. */
import { contentType, type ContentType } from '../coding/content.ts';
import { WholeBody, type Body, type BodyPlace } from './body.ts';
import { ChunkedBody } from './chunks.ts';
import {
  headerValue,
  type Framing,
  type StartAndHeaders,
} from './header-section.ts';
import { statusText } from '../http/words.ts';
import { byteCount, shortened } from '../text.ts';
import type { Offer } from '../websocket/handshake.ts';

/** A request that waits for its response. */
export interface PendingExchange {
  number: number;
  method: string;
  /** It asks to speak something else from then on. */
  switches: boolean;
  /** The protocols that its Upgrade names, in small letters. */
  protocols: readonly string[];
  /** What it offers for a WebSocket. */
  offer: Offer;
}

/** A start line and headers, and all that follows from their bytes alone. */
export interface MessageHeaders {
  /** In bytes. */
  size: number;
  /** Line by line; undefined where nothing will be asked of them. */
  headers: StartAndHeaders | undefined;
  /** Of a request; '' of a response. */
  method: string;
  /** The first thing that the standard forbids. */
  problem: string | undefined;
  /** What its fields say of its body. */
  framing: Framing;
  content: ContentType;
  /** It asks to speak something else from then on. */
  switches: boolean;
  /** Why it is the last one on this connection; undefined if it is not. */
  closes: string | undefined;
  /** Where its body ends cannot be known. */
  isUnframed: boolean;
  /** Only an unusual request could make it a response that is forbidden. */
  isUsual: boolean;
  /** Of a response; 0 of a request. */
  status: number;
  summary: string;
}

/** What closes a connection, as it stands in a sentence. */
export const CLOSES = '"Connection: close" (RFC 9112, 9.6)';

/** Whether a status code is 2xx, RFC 9110, 15.3. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * RFC 9112, 6.3: some responses have no body, whatever their fields say.
 * @param declared what the fields say
 * @param exchange the request; undefined if none is known
 */
export function responseFraming(
  declared: Framing,
  status: number,
  exchange: PendingExchange | undefined,
): Framing {
  const isEmpty = status < 200 || status === 204 || status === 304;
  const isTunnel = exchange?.method === 'CONNECT' && isSuccess(status);
  if (isEmpty || isTunnel || exchange?.method === 'HEAD') return { by: 'none' };
  return declared;
}

/** Reads the body that a header section announces, RFC 9112, 6.3. */
export function makeBody(
  framing: Exclude<Framing, { by: 'none' }>,
  type: ContentType,
  place: BodyPlace,
): Body {
  if (framing.by === 'chunks') return new ChunkedBody(type, place);
  const length = framing.by === 'length' ? framing.length : Infinity;
  return new WholeBody(length, type, place);
}

/**
 * What a header section says about its body: Content-Type and
 * Content-Encoding, RFC 9110, 8.3 and 8.4.
 */
export function contentTypeOf(
  headers: StartAndHeaders,
  isResponse: boolean,
): ContentType {
  return contentType(
    isResponse,
    headerValue(headers.lines, 'content-type'),
    headerValue(headers.lines, 'content-encoding'),
  );
}

/**
 * The line of a start line and its headers in the timeline.
 * @param size in bytes
 */
export function headersSummary(
  headers: StartAndHeaders,
  isRequest: boolean,
  size: number,
): string {
  const [first, second, third] = headers.start;
  if (isRequest) {
    const version = third === 'HTTP/1.1' ? '' : `, ${third}`;
    return `${first} ${shortened(second)}: request line and headers, ${byteCount(size)}${version}`;
  }
  const version = first === 'HTTP/1.1' ? '' : `, ${first}`;
  const type = headerValue(headers.lines, 'content-type');
  const what = type ? `, ${shortened(type, 40)}` : '';
  const status = third
    ? `${second} ${shortened(third, 40)}`
    : statusText(Number(second));
  return `${status}: status line and headers, ${byteCount(size)}${what}${version}`;
}
