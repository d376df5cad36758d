/** The fields of HTTP/2 frames, RFC 9113, 4 and 6. */
import type {
  ContentSource,
  FieldList,
  FieldDissector,
  UnitContent,
} from '../fields.ts';
import { pieceContent, readable, type ContentType } from '../coding/content.ts';
import {
  ACK,
  errorMeaning,
  errorName,
  flagNames,
  FRAME,
  frameMeaning,
  frameName,
  PADDED,
  settingMeaning,
  settingName,
} from './words.ts';
import { hex, latin1, number } from '../text.ts';
/** Bytes of a frame's header, RFC 9113, 4.1. */
export const HEADER_SIZE = 9;

/** A number of `size` bytes, the highest first; beyond the end all are 0. */
export function uint(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}

/** A stream's number, or a window: the highest bit is reserved. */
export function uint31(bytes: Uint8Array, at: number): number {
  return uint(bytes, at, 4) & 0x7fffffff;
}

/** What is left of a frame behind its header. */
export interface FrameContent {
  type: number;
  flags: number;
  /** What the frame is about: after padding's length, before the padding. */
  from: number;
  to: number;
}

/** Lists the nine bytes before every frame; and the length of its padding. */
export function listHeader(list: FieldList): FrameContent {
  const { bytes } = list;
  const type = bytes[3]!;
  const flags = bytes[4]!;
  const length = uint(bytes, 0, 3);
  const stream = uint31(bytes, 5);
  const section = 'RFC 9113, 4.1';
  list.add('length', [0, 3], number(length), ['bytes of payload', section]);
  list.add('type', [3, 4], `${type} ${frameName(type)}`, frameMeaning(type));
  list.add('flags', [4, 5], flagNames(type, flags), [
    'flags of this type of frame',
    section,
  ]);
  const about =
    stream === 0 ? '0: the whole connection' : 'the stream that it belongs to';
  list.add('stream', [5, 9], stream, [about, 'RFC 9113, 5.1.1']);
  const part: FrameContent = {
    type,
    flags,
    from: HEADER_SIZE,
    to: bytes.length,
  };
  const mayPad: number[] = [FRAME.DATA, FRAME.HEADERS, FRAME.PUSH_PROMISE];
  if (flags & PADDED && mayPad.includes(type) && length > 0) {
    const padding = bytes[part.from]!;
    list.add('padding length', [9, 10], padding, [
      'bytes of padding',
      'RFC 9113, 6.1',
    ]);
    part.from++;
    part.to = Math.max(part.from, part.to - padding);
  }
  return part;
}

/** Lists the padding at the end of a frame, if it has some: RFC 9113, 6.1. */
export function listPadding(list: FieldList, part: FrameContent): void {
  const { length } = list.bytes;
  if (part.to < length)
    list.add(
      'padding',
      [part.to, length],
      hex(list.bytes.subarray(part.to), 16),
      ['hides the true length', 'RFC 9113, 6.1'],
    );
}

/** DATA, and the windows that it leaves. */
export class DataDissector implements FieldDissector {
  readonly #type: ContentType | undefined;
  readonly streamWindow: number;
  readonly connectionWindow: number;

  /**
   * @param streamWindow bytes that the stream may still carry
   * @param connectionWindow the same of the connection
   * @param type what the stream carries; undefined where that is not known
   */
  constructor(
    streamWindow: number,
    connectionWindow: number,
    type?: ContentType,
  ) {
    this.#type = type;
    this.streamWindow = streamWindow;
    this.connectionWindow = connectionWindow;
  }

  dissect(list: FieldList): void {
    const part = listHeader(list);
    const value = readable(list.bytes.subarray(part.from, part.to));
    list.add('data', [part.from, part.to], value, [
      'a piece of the content',
      'RFC 9113, 6.1',
    ]);
    listPadding(list, part);
    listWindows(list, this.streamWindow, this.connectionWindow);
  }

  content({ bytes }: ContentSource): UnitContent {
    const padding = bytes[4]! & PADDED ? bytes[HEADER_SIZE]! : undefined;
    const from = padding === undefined ? HEADER_SIZE : HEADER_SIZE + 1;
    const to = Math.max(from, bytes.length - (padding ?? 0));
    const data = bytes.subarray(from, to);
    return this.#type
      ? pieceContent(data, this.#type)
      : { bytes: data, type: '' };
  }
}

function listWindows(
  list: FieldList,
  stream: number | undefined,
  connection: number,
): void {
  const section = 'RFC 9113, 6.9.1';
  const more =
    'bytes of data that may now be sent before the other side allows more';
  if (stream !== undefined)
    list.known('window of the stream', number(stream), [more, section]);
  list.known('window of the connection', number(connection), [
    `${more}, all streams together`,
    section,
  ]);
}

/** WINDOW_UPDATE, and the windows that it leaves. */
export class WindowUpdateDissector implements FieldDissector {
  readonly streamWindow: number | undefined;
  readonly connectionWindow: number;

  constructor(streamWindow: number | undefined, connectionWindow: number) {
    this.streamWindow = streamWindow;
    this.connectionWindow = connectionWindow;
  }

  dissect(list: FieldList): void {
    const { from } = listHeader(list);
    const increment = number(uint31(list.bytes, from));
    list.add('increment', [from, from + 4], increment, [
      'so many more bytes of data may be sent',
      'RFC 9113, 6.9',
    ]);
    listWindows(list, this.streamWindow, this.connectionWindow);
  }
}

/** Lists five bytes that HEADERS and PRIORITY may have: RFC 7540, 6.3. */
export function listPriority(list: FieldList, from: number): void {
  const { bytes } = list;
  const meaning = 'a priority as in RFC 7540: deprecated';
  const value = `stream ${uint31(bytes, from)}, weight ${(bytes[from + 4] ?? 0) + 1}`;
  list.add('priority', [from, from + 5], value, [meaning, 'RFC 9113, 5.3.2']);
}

function listSettings(list: FieldList, part: FrameContent): void {
  for (let at = part.from; at + 6 <= part.to; at += 6) {
    const id = uint(list.bytes, at, 2);
    const value = number(uint(list.bytes, at + 2, 4));
    list.add(settingName(id), [at, at + 6], value, settingMeaning(id));
  }
}

function listErrorCode(list: FieldList, at: number, section: string): void {
  const code = uint(list.bytes, at, 4);
  list.add('error code', [at, at + 4], errorName(code), [
    errorMeaning(code),
    section,
  ]);
}

function listOrigins(list: FieldList, part: FrameContent): void {
  for (let at = part.from; at + 2 <= part.to;) {
    const end = at + 2 + uint(list.bytes, at, 2);
    const origin = latin1(list.bytes, at + 2, Math.min(end, part.to));
    list.add('origin', [at, Math.min(end, part.to)], origin, [
      'this connection may be used for it',
      'RFC 8336, 2',
    ]);
    at = end;
  }
}

function listAltSvc(list: FieldList, part: FrameContent): void {
  const { from } = part;
  const middle = Math.min(part.to, from + 2 + uint(list.bytes, from, 2));
  list.ascii(
    'origin',
    [from + 2, middle],
    ['the origin that it is about', 'RFC 7838, 4'],
  );
  list.ascii(
    'alternatives',
    [middle, part.to],
    ['other hosts, ports or protocols', 'RFC 7838, 4'],
  );
}

/** Frames that need nothing but their bytes. */
export const http2FrameDissector: FieldDissector = {
  dissect(list) {
    const part = listHeader(list);
    const { from, to, type } = part;
    if (from === to) return;
    if (type === FRAME.SETTINGS) listSettings(list, part);
    else if (type === FRAME.PRIORITY) listPriority(list, from);
    else if (type === FRAME.RST_STREAM)
      listErrorCode(list, from, 'RFC 9113, 7');
    else if (type === FRAME.ORIGIN) listOrigins(list, part);
    else if (type === FRAME.ALTSVC) listAltSvc(list, part);
    else if (type === FRAME.PING) {
      const value = hex(list.bytes.subarray(from, to), 8);
      const meaning =
        part.flags & ACK ? 'the 8 bytes of the ping, sent back' : 'any 8 bytes';
      list.add('data', [from, to], value, [meaning, 'RFC 9113, 6.7']);
    } else if (type === FRAME.GOAWAY) {
      const last = uint31(list.bytes, from);
      list.add('last stream', [from, from + 4], last, [
        'streams of the other side above this one are not processed: it may retry them',
        'RFC 9113, 6.8',
      ]);
      listErrorCode(list, from + 4, 'RFC 9113, 7');
      if (from + 8 < to)
        list.text(
          'debug data',
          [from + 8, to],
          ['only for diagnosis', 'RFC 9113, 6.8'],
        );
    } else if (type === FRAME.PRIORITY_UPDATE) {
      const stream = uint31(list.bytes, from);
      list.add('prioritized stream', [from, from + 4], stream, [
        'the stream whose response it is about',
        'RFC 9218, 7.1',
      ]);
      list.ascii(
        'priority',
        [from + 4, to],
        [
          'u: urgency, 0 is the highest; i: the client can use it in parts',
          'RFC 9218, 4',
        ],
      );
    } else {
      const value = hex(list.bytes.subarray(from, to), 64);
      list.add('payload', [from, to], value, [
        'of an extension',
        'RFC 9113, 5.5',
      ]);
    }
  },
};

/** The 24 bytes with which every client begins. */
export const prefaceDissector: FieldDissector = {
  dissect(list) {
    const meaning =
      'the connection preface of a client: no server of HTTP/1.1 reads on after it';
    list.ascii('preface', [0, list.bytes.length], [meaning, 'RFC 9113, 3.4']);
  },
};
