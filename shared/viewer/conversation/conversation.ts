/**
 * What both sides of a connection, or of an HTTP/2 stream, said to each other,
 * in the order in which it passed.
 *
 * What goes in: a run, the number of a line, and a place to begin at. What comes
 * out: a page of the conversation that this line is part of, and the place where
 * the next page begins. A page has at most `PAGE` bytes of content, and no more
 * than `SCANNED` lines are looked at for it, so that others have their turn: a
 * page may have nothing, and the next one more.
 *
 * Each thing is said once, and by whoever says it best: an event instead of the
 * chunk around it, a WebSocket message instead of its fragments. Chunks, DATA
 * frames and parts of a body that follow each other are one text. Of a
 * compressed body they are only named, and the body at its end is decoded.
 */
import { concat } from '@on-the-wire/wire/bytes.ts';
import type { UnitContent } from '@on-the-wire/wire/fields.ts';
import { byteCount, latin1, printable, utf8 } from '@on-the-wire/wire/text.ts';
import {
  isUnit,
  type Conversation,
  type ConversationPart,
  type ConversationPlace,
  type Line,
  type RunReader,
  type UnitLine,
} from '../source.ts';

/** So many bytes of content are on a page, and so many parts. */
const PAGE = 65_536;
const PARTS = 200;
/** So many lines of the run are looked at for a page. */
const SCANNED = 10_000;
/** So many bytes decide whether something is text. */
const LOOK = 4_096;

const LF = 10;

/** What a line has to say. */
interface Said {
  what: string;
  /** What it carries; undefined where it is no more than named. */
  content?: Uint8Array | undefined;
  /** How the bytes become text, where that is certain. */
  asText?: (bytes: Uint8Array) => string;
  type?: string;
  note?: string | undefined;
  /** Of pieces with the same name, the next one goes on where it ended. */
  piece?: string;
}

/** A part that is being put together. */
interface Begun {
  part: ConversationPart;
  said: Said;
  bytes: Uint8Array[];
}

/**
 * A page of a conversation.
 *
 * @param n the number of a line that is part of it
 * @param from where the page begins; without it, where the conversation does
 * @returns undefined where that line is not, or no longer, kept
 */
export function conversationOf(
  reader: RunReader,
  n: number,
  from: ConversationPlace = { line: 0, offset: 0 },
): Conversation | undefined {
  const chosen = reader.line(n);
  if (!chosen) return undefined;
  const { connection } = chosen;
  const stream = isUnit(chosen) ? chosen.stream : undefined;
  const begun: Begun[] = [];
  let at = Math.max(from.line, reader.first);
  let offset = at === from.line ? from.offset : 0;
  let room = PAGE;
  const last = Math.min(reader.end, at + SCANNED);
  while (at < last && room > 0 && begun.length < PARTS) {
    const line = reader.line(at);
    const isPart = line && belongs(line, connection, stream);
    const said = isPart && sayOf(reader, line, stream === undefined);
    if (said) {
      const rest = said.content?.subarray(offset);
      const taken = rest && fitting(rest, room);
      add(begun, line, said, taken);
      room -= taken?.length ?? 0;
      if (rest && taken && taken.length < rest.length) {
        offset += taken.length;
        break;
      }
    }
    at++;
    offset = 0;
  }
  return {
    connection,
    stream,
    parts: begun.map(finished),
    next: { line: at, offset },
    isEnd: at >= reader.end,
  };
}

function belongs(
  line: Line,
  connection: number,
  stream: number | undefined,
): boolean {
  if (line.connection !== connection) return false;
  return stream === undefined || !isUnit(line) || line.stream === stream;
}

/** Bytes that still fit; a character of UTF-8 stays whole. */
function fitting(bytes: Uint8Array, room: number): Uint8Array {
  if (bytes.length <= room) return bytes;
  let to = room;
  while (to > 1 && room - to < 3 && (bytes[to]! & 0xc0) === 0x80) to--;
  return bytes.subarray(0, to);
}

function add(
  begun: Begun[],
  line: Line,
  said: Said,
  bytes: Uint8Array | undefined,
): void {
  const before = begun.at(-1);
  const { n, time, direction } = line;
  const goesOn =
    said.piece !== undefined &&
    before?.said.piece === said.piece &&
    before.part.direction === direction;
  if (goesOn) {
    if (bytes) before.bytes.push(bytes);
    return;
  }
  begun.push({
    part: {
      n,
      time,
      ...(direction && { direction }),
      what: said.what,
      text: '',
    },
    said,
    bytes: bytes ? [bytes] : [],
  });
}

function finished({ part, said, bytes }: Begun): ConversationPart {
  const all = concat(bytes);
  const { asText, type, note } = said;
  const isText = asText !== undefined || looksLikeText(all);
  const about = [
    !isText && `${byteCount(all.length)}${type ? `, ${type}` : ''}, not text`,
    note,
  ].filter(Boolean);
  return {
    ...part,
    text: isText ? shown((asText ?? utf8)(all)) : '',
    ...(about.length > 0 && { note: about.join('; ') }),
  };
}

/** Lines stay lines; what would move or turn the text around is escaped. */
function shown(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(/([\n\t])/)
    .map((part, at) => (at % 2 === 1 ? part : printable(part)))
    .join('');
}

function looksLikeText(bytes: Uint8Array): boolean {
  const text = utf8(fitting(bytes, LOOK));
  // A character at the very end may not be complete yet.
  return !/[\ufffd\0](?!$)/.test(text);
}

/** What a line says; undefined where others say it. */
function sayOf(
  reader: RunReader,
  line: Line,
  isWhole: boolean,
): Said | undefined {
  if (!isUnit(line)) return { what: line.summary };
  const { kind, layer, counts, summary } = line;
  switch (kind) {
    case 'http/1.1 request headers':
    case 'http/1.1 response headers':
      return {
        what: 'headers',
        content: reader.bytes(line.n),
        asText: latin1,
      };
    case 'http/1.1 last chunk':
      return trailersOf(reader, line);
    case 'http/2 HEADERS':
    case 'http/2 PUSH_PROMISE':
    case 'http/2 header list':
      return /, continued: /.test(summary)
        ? undefined
        : http2Headers(reader, line, isWhole);
    case 'http/1.1 chunk':
    case 'body part':
    case 'http/2 DATA':
      return counts ? pieceOf(reader, line, isWhole) : undefined;
    case 'body': {
      const content = reader.content(line.n);
      // Its pieces have said it, or its events will.
      if (layer > 0 ? content?.coding === undefined : !counts) return undefined;
      return bodyOf(content, line);
    }
    case 'websocket text':
    case 'websocket binary':
      return /, first fragment/.test(summary)
        ? undefined
        : carried(reader, line, 'message');
    case 'http/2 preface':
    case 'http/2 WINDOW_UPDATE':
    case 'http/2 CONTINUATION':
    case 'websocket continuation':
      return undefined;
    default:
      return otherwise(reader, line);
  }
}

function otherwise(reader: RunReader, line: UnitLine): Said {
  const { kind, summary, problem } = line;
  if (kind === 'malformed' || kind === 'limit') {
    const content = reader.bytes(line.n);
    return { what: kind, content, note: problem };
  }
  return carried(reader, line, nameOf(kind, summary));
}

/** `event 3`, `PUBLISH “a/b”`: the beginning of a summary says what it is. */
function nameOf(kind: string, summary: string): string {
  if (kind === 'bytes' || kind === 'line') return kind;
  if (kind.startsWith('websocket ')) return kind.slice('websocket '.length);
  return summary.split(': ', 1)[0]!;
}

function carried(reader: RunReader, line: UnitLine, what: string): Said {
  return { ...contentParts(reader.content(line.n)), what };
}

function contentParts(
  content: UnitContent | undefined,
): Pick<Said, 'content' | 'type' | 'note'> {
  if (!content) return {};
  const { bytes, type, problem } = content;
  return { content: bytes, type, note: problem };
}

function bodyOf(content: UnitContent | undefined, line: UnitLine): Said {
  const { type = '', coding } = content ?? {};
  const about = [
    'body',
    type,
    coding && `${byteCount(content!.bytes.length)} without its ${coding}`,
  ];
  const { note = line.problem, ...rest } = contentParts(content);
  return { ...rest, note, what: about.filter(Boolean).join(', ') };
}

function pieceOf(reader: RunReader, line: UnitLine, isWhole: boolean): Said {
  const { exchange, stream, kind } = line;
  const { note, ...rest } = contentParts(reader.content(line.n));
  const on = isWhole && stream !== undefined ? `, stream ${stream}` : '';
  const typed = rest.type ? `, ${rest.type}` : '';
  const said = { piece: `${kind} ${exchange} ${stream}`, note };
  // Compressed, it cannot be read before its end.
  if (note !== undefined) return { what: `part of the body${on}`, ...said };
  return { ...rest, ...said, what: `body${typed}${on}` };
}

/** The fields after the last chunk; undefined where there are none. */
function trailersOf(reader: RunReader, line: UnitLine): Said | undefined {
  const bytes = reader.bytes(line.n);
  const content = bytes?.subarray(bytes.indexOf(LF) + 1);
  if (!content || content.length <= 2) return undefined;
  return { what: 'trailers', content, asText: latin1 };
}

/** The fields of a header block as lines of text, in their order. */
function http2Headers(
  reader: RunReader,
  line: UnitLine,
  isWhole: boolean,
): Said {
  const list = reader.headerList(line.n) ?? [];
  let text = '';
  for (let at = 0; at + 1 < list.length; at += 2)
    text += `${list[at]}: ${list[at + 1]}\n`;
  const name =
    line.kind === 'http/2 PUSH_PROMISE' ? 'promised request' : 'headers';
  return {
    what: isWhole ? `${name}, stream ${line.stream}` : name,
    content: new TextEncoder().encode(text),
  };
}
