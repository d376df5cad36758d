/** What a head of HTTP/1.1 means for what follows it. */
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

/** A request that waits for its answer. */
export interface Exchange {
  number: number;
  method: string;
  /** It asks to speak something else from then on. */
  switches: boolean;
  /** The protocols that its Upgrade names, in small letters. */
  protocols: readonly string[];
  /** What it offers for a WebSocket. */
  offer: Offer;
}

export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/** RFC 9112 6.3: some answers have no body, whatever their fields say. */
export function responseFraming(
  asked: Framing,
  status: number,
  exchange: Exchange | undefined,
): Framing {
  const isEmpty = status < 200 || status === 204 || status === 304;
  const isTunnel = exchange?.method === 'CONNECT' && isSuccess(status);
  if (isEmpty || isTunnel || exchange?.method === 'HEAD') return { by: 'none' };
  return asked;
}

/** Reads the body that a header section announces, RFC 9112 6.3. */
export function makeBody(
  framing: Exclude<Framing, { by: 'none' }>,
  type: ContentType,
  place: BodyPlace,
): Body {
  if (framing.by === 'chunks') return new ChunkedBody(type, place);
  const length = framing.by === 'length' ? framing.length : Infinity;
  return new WholeBody(length, type, place);
}

/** What a header section says about its body. */
export function contentTypeOf(
  head: StartAndHeaders,
  isResponse: boolean,
): ContentType {
  return contentType(
    isResponse,
    headerValue(head.lines, 'content-type'),
    headerValue(head.lines, 'content-encoding'),
  );
}

/** The line of a head in the timeline. */
export function headersSummary(
  head: StartAndHeaders,
  isRequest: boolean,
  size: number,
): string {
  const [first, second, third] = head.start;
  if (isRequest) {
    const version = third === 'HTTP/1.1' ? '' : `, ${third}`;
    return `${first} ${shortened(second)}: request head, ${byteCount(size)}${version}`;
  }
  const version = first === 'HTTP/1.1' ? '' : `, ${first}`;
  const type = headerValue(head.lines, 'content-type');
  const what = type ? `, ${shortened(type, 40)}` : '';
  const status = third
    ? `${second} ${shortened(third, 40)}`
    : statusText(Number(second));
  return `${status}: response head, ${byteCount(size)}${what}${version}`;
}
