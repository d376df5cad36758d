/** What HTTP/2 demands of each frame by itself, and its line in the timeline. */
import { uint, uint31 } from './fields.ts';
import type { Http2Frame, WholeFrame } from './frame.ts';
import { ACK, errorName, FRAME, frameMeaning, frameName } from './words.ts';
import { byteCount, latin1, number, shortened } from '../text.ts';

const SIZES: Partial<Record<number, number>> = {
  [FRAME.PRIORITY]: 5,
  [FRAME.RST_STREAM]: 4,
  [FRAME.PING]: 8,
  [FRAME.WINDOW_UPDATE]: 4,
};

const LEAST: Partial<Record<number, number>> = {
  [FRAME.GOAWAY]: 8,
  [FRAME.ALTSVC]: 2,
  [FRAME.PRIORITY_UPDATE]: 4,
};

const sectionOf = (type: number): string => frameMeaning(type)[1];

/**
 * Why a payload of this length cannot be this frame's; undefined if it can.
 */
export function sizeProblem({
  type,
  flags,
  length,
}: Http2Frame): string | undefined {
  const found = `found ${number(length)}`;
  const wanted = SIZES[type];
  if (wanted !== undefined && length !== wanted)
    return `expected ${wanted} bytes of payload, ${found} (${sectionOf(type)})`;
  if (type === FRAME.SETTINGS && flags & ACK && length > 0)
    return `expected no payload in an acknowledgement, ${found} (${sectionOf(type)})`;
  if (type === FRAME.SETTINGS && length % 6 !== 0)
    return `expected 6 bytes of payload for each setting, ${found} (${sectionOf(type)})`;
  const least = LEAST[type] ?? 0;
  if (length < least)
    return `expected at least ${least} bytes of payload, ${found} (${sectionOf(type)})`;
  return undefined;
}

const CONNECTION_FRAMES: number[] = [FRAME.SETTINGS, FRAME.PING, FRAME.GOAWAY];
const STREAM_FRAMES: number[] = [
  FRAME.DATA,
  FRAME.HEADERS,
  FRAME.PRIORITY,
  FRAME.RST_STREAM,
  FRAME.PUSH_PROMISE,
  FRAME.CONTINUATION,
];

/** Why a frame may not be on its stream; undefined if it may. */
export function streamProblem({
  type,
  stream,
}: Http2Frame): string | undefined {
  if (CONNECTION_FRAMES.includes(type) && stream !== 0)
    return `expected ${frameName(type)} on stream 0, found ${stream} (${sectionOf(type)})`;
  if (STREAM_FRAMES.includes(type) && stream === 0)
    return `expected ${frameName(type)} on a stream, found stream 0 (${sectionOf(type)})`;
  return undefined;
}

/** The line of a frame that is neither DATA nor headers. */
export function frameSummary({ frame, payload, size }: WholeFrame): string {
  const { type, stream, flags } = frame;
  const on = stream === 0 ? '' : `, stream ${stream}`;
  const name = `${frameName(type)}${on}`;
  const bytes = byteCount(size);
  if (type === FRAME.SETTINGS) {
    const count = Math.floor(frame.length / 6);
    if (flags & ACK) return `${name}, acknowledged: ${bytes}`;
    return `${name}: ${bytes}, ${count === 1 ? '1 value' : `${count} values`}`;
  }
  if (type === FRAME.RST_STREAM)
    return `${name}, ${errorName(uint(payload, 0, 4))}: ${bytes}`;
  if (type === FRAME.GOAWAY)
    return `${name}, ${errorName(uint(payload, 4, 4))}: ${bytes}, last stream ${uint31(payload, 0)}`;
  if (type === FRAME.WINDOW_UPDATE)
    return `${name}: ${bytes}, ${number(uint31(payload, 0))} more may be sent`;
  if (type === FRAME.PING)
    return `${name}${flags & ACK ? ', acknowledged' : ''}: ${bytes}`;
  if (type === FRAME.PRIORITY_UPDATE)
    return `${name}, stream ${uint31(payload, 0)} “${shortened(latin1(payload, 4), 30)}”: ${bytes}`;
  return `${name}: ${bytes}`;
}
