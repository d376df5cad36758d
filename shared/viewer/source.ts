/**
 * The units of a run as they are looked at: in the shell beside a lesson, in a
 * file that was opened again, in a page that stands alone. All three are a
 * `Source`; the timeline, the diagram and the counts know nothing else.
 */
import type { Direction, Kind } from '@on-the-wire/wire/unit.ts';
import type {
  Decompressors,
  Field,
  UnitContent,
} from '@on-the-wire/wire/fields.ts';
import type { Range } from '@on-the-wire/wire/byte-ranges.ts';
import type { CopyForm } from './copy/forms.ts';

/** One line of the timeline: a unit, or a note. */
export type Line = UnitLine | NoteLine;

interface AnyLine {
  /** Its number in the run: 0, 1, 2, … without a gap. */
  n: number;
  /** 1 for the run's first connection, then 2, 3, … */
  connection: number;
  /** The link that it is on, where the run has several. */
  link?: string;
  /** When its last byte was handed on: ms since the run began. */
  time: number;
}

/** A unit, without its bytes. The names are those of `Unit`. */
export interface UnitLine extends AnyLine {
  kind: Kind;
  direction: Direction;
  layer: number;
  /** The raw offset of its first byte, and of the one after its last. */
  start: number;
  end: number;
  size: number;
  payload: number;
  counts: boolean;
  summary: string;
  /** The beginning of what it carries. */
  text?: string;
  problem?: string;
  exchange?: number;
  stream?: number;
  message?: number;
}

/** Something that happened to a connection and is no bytes. */
export interface NoteLine extends AnyLine {
  /** `open` and `end` are the connection's own, a fault is ours. */
  kind: 'open' | 'end' | 'fault' | 'label';
  direction?: Direction;
  summary: string;
}

/** What is read when a unit is chosen. */
export interface Details {
  line: UnitLine;
  /** Where its bytes are, in raw offsets of its direction, in order. */
  ranges: readonly Range[];
  /** All its bytes, the ranges joined; undefined where they were dropped. */
  bytes: Uint8Array | undefined;
  /** Their ranges are raw offsets, too. Empty without bytes. */
  fields: Field[];
  /** What it carries, whole; undefined where that is nothing. */
  content: UnitContent | undefined;
  /**
   * The reads in which these bytes came: raw offset of the first byte, and ms
   * since the run began. In order; the first may begin before the unit does.
   */
  reads: { offset: number; time: number }[];
}

/** What a header section says that its line does not. */
export interface HeaderFacts {
  /** The number of its line. */
  n: number;
  /** When its first byte passed, in ms since the run began. */
  began: number;
  /** Of a request: the target (HTTP/1.1) or `:path`, whole. */
  target?: string;
  /** Of a response: its media type, without parameters; '' if it says none. */
  type?: string;
  /** Its headers announce a body: RFC 9112, 6.3. */
  hasBody: boolean;
}

/** Something that was said in a conversation, or happened to it. */
export interface ConversationPart {
  /** The number of its line: of the first, if several go on with each other. */
  n: number;
  /** ms since the run began. */
  time: number;
  /** None for what concerns both. */
  direction?: Direction;
  /** What it is, in a few words. */
  what: string;
  /** Line ends are LF, control characters are escaped; '' where it has none. */
  text: string;
  /** What is no text, or is wrong with it. */
  note?: string;
}

/** A line, and how many bytes of what it carries come before. */
export interface ConversationPlace {
  line: number;
  offset: number;
}

/** A page of what both sides said: see `conversation/conversation.ts`. */
export interface Conversation {
  connection: number;
  /** The HTTP/2 stream; undefined where it is the whole connection. */
  stream: number | undefined;
  /** In the order in which they passed. */
  parts: ConversationPart[];
  /** Where the next page begins. */
  next: ConversationPlace;
  /** There is nothing there yet. */
  isEnd: boolean;
}

/** What a run has come to: see `counts.ts`. */
export interface Counts {
  /** Connections that were opened. */
  connections: number;
  /**
   * Round trips: a request and its final response, a ping and its pong, a
   * CONNECT or SUBSCRIBE and its acknowledgement.
   */
  roundTrips: number;
  /** All bytes of each direction, as the tap handed them on. */
  up: number;
  down: number;
  /** Of all bytes those that somebody wanted to send; the rest is overhead. */
  payload: number;
  /** Events, messages and bodies that came down and carried something. */
  updates: number;
  /** Units in which something was wrong. */
  problems: number;
  /** Faults that were injected. */
  faults: number;
}

/** A batch of lines that follow each other. */
export interface Lines {
  lines: readonly Line[];
  /** How many lines are no longer kept anywhere: they were the first. */
  dropped: number;
  /** What the whole run has come to, those that were dropped included. */
  counts: Counts;
  /** How much of a saved run has been decoded, from 0 to 1; else undefined. */
  share?: number;
}

/** Where the lines of a run, and the details of a unit, come from. */
export interface Source {
  /** More may come. */
  readonly isLive: boolean;
  /**
   * Calls back with all lines that are kept, then with those that come, in
   * batches, for as long as the page is open.
   */
  follow(listener: (lines: Lines) => void): void;
  /** A line, where all are kept: a listener need not keep it. */
  line?(n: number): Line | undefined;
  /**
   * Reads a unit.
   *
   * @param n the number of its line
   * @returns undefined where it is no longer kept, or is a note
   * @throws Error where it could not be read
   */
  readDetails(n: number): Promise<Details | undefined>;
  /**
   * Reads what header sections say that their lines do not.
   *
   * @param lines their numbers, at most `HEADERS_ASKED`
   * @returns those that are still kept
   * @throws Error where they could not be read
   */
  readHeaders(lines: readonly number[]): Promise<HeaderFacts[]>;
  /**
   * Copies a unit, or the exchange that it belongs to, as text: see `copyOf`.
   *
   * @param n the number of its line
   * @param secrets as they are; else they become asterisks
   * @throws Error with a sentence for the reader where it cannot be copied so
   */
  copy(n: number, form: CopyForm, secrets: boolean): Promise<string>;
  /**
   * Searches lines and what their units carry: one batch, see `find.ts`.
   *
   * @param where the text; the number of the first line and of the one after
   *   the last
   * @param signal ends it
   * @throws Error where it could not be searched, or was ended
   */
  find(
    where: { text: string; from: number; to: number },
    signal: AbortSignal,
  ): Promise<FoundLines>;
  /**
   * Reads a page of the conversation that a line is part of.
   *
   * @returns undefined where the line is no longer kept
   * @throws Error where it could not be read
   */
  readConversation(
    n: number,
    from?: ConversationPlace,
  ): Promise<Conversation | undefined>;
}

/** A line in which a text was found. */
export interface SearchHit {
  /** The number of the line. */
  n: number;
  /** What stands around it, as one line, where the line itself may not show it. */
  excerpt?: string;
}

/** What one batch of a search has found. */
export interface FoundLines {
  hits: SearchHit[];
  /** The number of the line to go on with. */
  next: number;
}

/** So many header sections are asked for at once, at most. */
export const HEADERS_ASKED = 200;

/**
 * A run where its bytes are: beside the tap, or in the page of a saved one.
 * Search, conversations and copies read it and know nothing else.
 */
export interface RunReader {
  /** What takes content codings off, other than gzip and deflate. */
  readonly decompressors: Decompressors;
  /** When the run began: ms since 1970. */
  readonly began: number;
  /** The number of the first line that is kept. */
  readonly first: number;
  /** The number that the next line will get. */
  readonly end: number;
  /** undefined where it is not, or no longer, kept. */
  line(n: number): Line | undefined;
  /** undefined where the line is not kept, or is a note. */
  details(n: number): Details | undefined;
  /** What a unit carries, without the cost of its fields; as `contentOf`. */
  content(n: number): UnitContent | undefined;
  /** The bytes of a unit; undefined where they were dropped, as in `Details`. */
  bytes(n: number): Uint8Array | undefined;
  /** The header block of HTTP/2 that a unit completes: name, value, name … */
  headerList(n: number): readonly string[] | undefined;
}

/** All words of a line: what it is, and the beginning of what it carries. */
export function wordsOfLine(line: Line): string {
  const { summary } = line;
  const text = isUnit(line) ? line.text : undefined;
  return text === undefined ? summary : `${summary} ${text}`;
}

/** Whether a line is a unit, not a note. */
export function isUnit(line: Line): line is UnitLine {
  return 'layer' in line;
}
