/** The names that the numbers of HTTP/2 have. */
import type { Kind } from '../unit.ts';

/** The types of frames: RFC 9113, 6, RFC 7838, 4, RFC 8336, 2, RFC 9218, 7.1. */
export const FRAME = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PUSH_PROMISE: 5,
  PING: 6,
  GOAWAY: 7,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  ALTSVC: 10,
  ORIGIN: 12,
  PRIORITY_UPDATE: 16,
} as const;

type FrameName = keyof typeof FRAME;

const NAMES = new Map<number, FrameName>(
  Object.entries(FRAME).map(([name, type]) => [type, name as FrameName]),
);

/** `HEADERS`; a number that has no name stays one. */
export function frameName(type: number): string {
  return NAMES.get(type) ?? `unknown type ${type}`;
}

/** The kind of the unit of such a frame. */
export function frameKind(type: number): Kind {
  const name = NAMES.get(type);
  return name ? `http/2 ${name}` : 'http/2 unknown frame';
}

/** What each type of frame says. */
export const FRAME_MEANINGS: Record<
  FrameName,
  [meaning: string, section: string]
> = {
  DATA: ['a piece of the content', 'RFC 9113, 6.1'],
  HEADERS: [
    'the headers of a request or a response, or trailers',
    'RFC 9113, 6.2',
  ],
  PRIORITY: ['a priority as in RFC 7540: deprecated', 'RFC 9113, 6.3'],
  RST_STREAM: ['resets one stream: it ends at once', 'RFC 9113, 6.4'],
  SETTINGS: ['what the other side must keep to', 'RFC 9113, 6.5'],
  PUSH_PROMISE: [
    'a response will come that was not requested',
    'RFC 9113, 6.6',
  ],
  PING: ['are you there, and how long is a round trip?', 'RFC 9113, 6.7'],
  GOAWAY: [
    'open no more streams: the connection will be closed',
    'RFC 9113, 6.8',
  ],
  WINDOW_UPDATE: ['the other side may send more data', 'RFC 9113, 6.9'],
  CONTINUATION: [
    'goes on with the headers of the frame before',
    'RFC 9113, 6.10',
  ],
  ALTSVC: [
    'another host, port or protocol that serves an origin',
    'RFC 7838, 4',
  ],
  ORIGIN: ['origins for which this connection may be used', 'RFC 8336, 2'],
  PRIORITY_UPDATE: ['how urgent a response is', 'RFC 9218, 7.1'],
};

/**
 * What a frame says.
 * @returns the meaning and the section that has it
 */
export function frameMeaning(type: number): [string, string] {
  const name = NAMES.get(type);
  if (name) return FRAME_MEANINGS[name];
  return [
    'a type that is not known here: such a frame is discarded',
    'RFC 9113, 5.5',
  ];
}

const FLAGS: Partial<Record<number, Record<number, string>>> = {
  [FRAME.DATA]: { 0x1: 'END_STREAM', 0x8: 'PADDED' },
  [FRAME.HEADERS]: {
    0x1: 'END_STREAM',
    0x4: 'END_HEADERS',
    0x8: 'PADDED',
    0x20: 'PRIORITY',
  },
  [FRAME.SETTINGS]: { 0x1: 'ACK' },
  [FRAME.PUSH_PROMISE]: { 0x4: 'END_HEADERS', 0x8: 'PADDED' },
  [FRAME.PING]: { 0x1: 'ACK' },
  [FRAME.CONTINUATION]: { 0x4: 'END_HEADERS' },
};

/** Flag of SETTINGS and PING. */
export const ACK = 0x1;
/** Flag of DATA and HEADERS. */
export const END_STREAM = 0x1;
/** Flag of HEADERS, PUSH_PROMISE and CONTINUATION. */
export const END_HEADERS = 0x4;
/** Flag of DATA, HEADERS and PUSH_PROMISE. */
export const PADDED = 0x8;
/** Flag of HEADERS. */
export const PRIORITY = 0x20;

/**
 * The flags of a frame of this type by their names, RFC 9113, 6:
 * `0x05 END_STREAM, END_HEADERS`.
 */
export function flagNames(type: number, flags: number): string {
  const names = Object.entries(FLAGS[type] ?? {})
    .filter(([bit]) => flags & Number(bit))
    .map(([, name]) => name);
  const digits = flags.toString(16).padStart(2, '0');
  return [`0x${digits}`, names.join(', ')].filter(Boolean).join(' ');
}

/** The error codes of RFC 9113, 7, by their numbers. */
export const ERRORS: [name: string, meaning: string][] = [
  ['NO_ERROR', 'nothing went wrong'],
  ['PROTOCOL_ERROR', 'the other side broke a rule of the protocol'],
  ['INTERNAL_ERROR', 'the sender met an unexpected error'],
  ['FLOW_CONTROL_ERROR', 'the other side broke the rules of flow control'],
  ['SETTINGS_TIMEOUT', 'SETTINGS was not acknowledged in time'],
  ['STREAM_CLOSED', 'a frame came on a stream that was half-closed'],
  ['FRAME_SIZE_ERROR', 'a frame of the wrong size'],
  ['REFUSED_STREAM', 'the request was not processed at all: it may be retried'],
  ['CANCEL', 'the stream is not needed any more'],
  [
    'COMPRESSION_ERROR',
    'the headers of the whole connection cannot be decompressed any more',
  ],
  ['CONNECT_ERROR', 'the connection behind a CONNECT was reset or broke off'],
  ['ENHANCE_YOUR_CALM', 'the other side may be causing too much load'],
  ['INADEQUATE_SECURITY', 'TLS is weaker than HTTP/2 demands'],
  ['HTTP_1_1_REQUIRED', 'retry over HTTP/1.1'],
];

/** The name of an error code in RST_STREAM and GOAWAY, RFC 9113, 7. */
export function errorName(code: number): string {
  return ERRORS[code]?.[0] ?? `unknown error code ${code}`;
}

/** What such an error code means. */
export function errorMeaning(code: number): string {
  return ERRORS[code]?.[1] ?? 'not in the standard';
}

/** The numbers of settings: RFC 9113, 6.5.2, RFC 8441, 3, RFC 9218, 2.1. */
export const SETTING = {
  HEADER_TABLE_SIZE: 1,
  ENABLE_PUSH: 2,
  MAX_CONCURRENT_STREAMS: 3,
  INITIAL_WINDOW_SIZE: 4,
  MAX_FRAME_SIZE: 5,
  MAX_HEADER_LIST_SIZE: 6,
  ENABLE_CONNECT_PROTOCOL: 8,
  NO_RFC7540_PRIORITIES: 9,
} as const;

const SETTING_MEANINGS: Record<
  keyof typeof SETTING,
  [meaning: string, section: string]
> = {
  HEADER_TABLE_SIZE: [
    'the largest HPACK table for the headers that it receives, in bytes',
    '',
  ],
  ENABLE_PUSH: ['1: the server may push responses; 0: it must not', ''],
  MAX_CONCURRENT_STREAMS: [
    'how many streams the other side may have open at once',
    '',
  ],
  INITIAL_WINDOW_SIZE: [
    'the first window of each stream, in bytes: WINDOW_UPDATE adds to it',
    '',
  ],
  MAX_FRAME_SIZE: [
    'the largest payload of a frame that it accepts, in bytes',
    '',
  ],
  MAX_HEADER_LIST_SIZE: [
    'advice: the largest header section that it accepts, uncompressed, in bytes',
    '',
  ],
  ENABLE_CONNECT_PROTOCOL: [
    '1: a stream may be opened for a WebSocket',
    'RFC 8441, 3',
  ],
  NO_RFC7540_PRIORITIES: [
    '1: the priorities of RFC 7540 are not used',
    'RFC 9218, 2.1',
  ],
};

const SETTING_NAMES = new Map(
  Object.entries(SETTING).map(([name, id]) => [
    id as number,
    name as keyof typeof SETTING,
  ]),
);

/** The name of a setting; a number that has no name stays one. */
export function settingName(id: number): string {
  return SETTING_NAMES.get(id) ?? `unknown setting ${id}`;
}

/**
 * What a setting says.
 * @returns the meaning and the section that has it
 */
export function settingMeaning(id: number): [string, string] {
  const name = SETTING_NAMES.get(id);
  if (!name)
    return ['not known here: such a setting is ignored', 'RFC 9113, 6.5.2'];
  const [meaning, section] = SETTING_MEANINGS[name];
  return [meaning, section || 'RFC 9113, 6.5.2'];
}
