/**
 * The units of a run as they are looked at: in the shell beside a lesson, in a
 * file that was opened again, in a page that stands alone. All three are a
 * `Source`; the timeline, the diagram and the counts know nothing else.
 */
import type { Direction, Kind } from '@on-the-wire/wire/unit.ts';
import type { Field } from '@on-the-wire/wire/fields.ts';
import type { Range } from '@on-the-wire/wire/byte-ranges.ts';

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
  size: number;
  payload: number;
  counts: boolean;
  summary: string;
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
  /**
   * The reads in which these bytes came: raw offset of the first byte, and ms
   * since the run began. In order; the first may begin before the unit does.
   */
  reads: { offset: number; time: number }[];
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
  /**
   * Reads a unit.
   *
   * @param n the number of its line
   * @returns undefined where it is no longer kept, or is a note
   * @throws Error where it could not be read
   */
  details(n: number): Promise<Details | undefined>;
}

/** Whether a line is a unit, not a note. */
export function isUnit(line: Line): line is UnitLine {
  return 'layer' in line;
}
