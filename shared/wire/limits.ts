/**
 * Where decoding stops keeping things, so that no peer can fill the memory.
 * All in bytes unless it says otherwise. Reaching one is told by a unit: its
 * kind is `limit`, or its `problem` names the limit. Forwarding is never
 * touched: a decoder only looks.
 */

/**
 * The start line and headers of HTTP/1.1, or the trailers of a chunked body.
 */
export const HEADERS_LIMIT = 65_536;

/** The line before a chunk: its size and extensions. */
export const CHUNK_LINE_LIMIT = 8_192;

/** A body longer than this is shown in parts of this size, as they pass. */
export const BODY_PART = 65_536;

/** One event of an event stream, or one comment; of a compressed message so
 * much is kept. */
export const EVENT_LIMIT = 1_048_576;

/** Pieces (ranges) that one unit may consist of, counted. */
export const RANGES_LIMIT = 4_096;

/** What a compressed message, or a body chosen for display, may grow to. */
export const INFLATED_LIMIT = 4_194_304;

/**
 * What all compressed messages of a direction, or a compressed event stream,
 * may grow to for each byte on the wire; beyond it so much only once:
 * `INFLATED_LIMIT` for messages, `EVENT_LIMIT` for an event stream.
 */
export const INFLATED_FOR_EACH_BYTE = 256;

/** Content codings of one body, counted: with more, none is taken off. */
export const CODINGS_LIMIT = 4;

/**
 * Units that an event stream may have beyond one for each of its bytes,
 * counted: the bytes of the headers make up for them.
 */
export const UNITS_AHEAD = 8;

/**
 * What is kept of a unit that cannot be read again from its own bytes, because
 * it was compressed with what came before; of a short one so much for each of
 * its bytes.
 */
export const KEPT_DECODED = 1_024;
/** And for each of its bytes, at most so many. */
export const KEPT_FOR_EACH_BYTE = 64;
/** Of the newest such units all is kept, so much in all connections together. */
export const KEPT_WHOLE = 16_777_216;

/** The part of an HTTP/2 frame or MQTT packet that is looked at. */
export const FRAME_LIMIT = 65_536;

/** A header block of HTTP/2: HEADERS and its CONTINUATIONs together. */
export const HEADER_BLOCK_LIMIT = 262_144;

/** Fields that one header block of HTTP/2 may give, counted. */
export const HEADER_FIELDS_LIMIT = 1_000;

/** A dynamic table of HPACK, whatever the peers agreed upon. */
export const HPACK_TABLE_LIMIT = 1_048_576;

/** HTTP/2 streams that are followed at the same time, counted. */
export const STREAMS_LIMIT = 10_000;

/** HTTP/1.1 requests that wait for their response (pipelining), counted. */
export const PIPELINE_LIMIT = 1_000;

/** A line of plain text. */
export const LINE_LIMIT = 65_536;

/** Bytes of an unknown protocol are shown in pieces of at most this size. */
export const OPAQUE_PIECE = 4_096;

/**
 * Bytes that wait for the other side, because its response decides what they
 * are: after `Upgrade`, after `CONNECT`, or before the protocol is known. They
 * are decoded all at once, when it comes: so not too many of them.
 */
export const HELD_LIMIT = 16_384;

/** Fragments that a WebSocket message may have, counted, to be shown joined. */
export const FRAGMENTS_LIMIT = 1_024;

/** Characters of what a unit carries that stand in its line. */
export const TEXT_SHOWN = 160;

/** Bytes of what a unit carries that its text is made of. */
export const TEXT_BYTES = 640;

/** A longer JSON object is not searched for a token of a language model. */
export const DELTA_LIMIT = 16_384;
/** So many objects are, of a stream in which none has one; counted. */
export const DELTA_TRIES = 32;

/** Characters in the value of one field. */
export const VALUE_LIMIT = 65_536;

/** Characters in the values of all fields of a unit. */
export const VALUES_LIMIT = 1_048_576;

/** Fields that a unit is described with, counted. */
export const FIELDS_LIMIT = 2_000;
