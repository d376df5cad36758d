/**
 * What a fault is: data that a panel or a parser needs, and what it does in a
 * run. Each file beside this one holds one; `catalogue.ts` lists them all.
 */
import type { RelayDirection } from '../events.ts';
import type { Stage, FaultTarget, StageContext } from './stage.ts';

/** A number that a fault takes. */
export interface Parameter {
  /** What stands before the number: `after` in `reset=after:2kB`. */
  label: string;
  /** A sentence part for a panel: "how long each read is held". */
  meaning: string;
  unit: QuantityUnit;
  least: number;
  most: number;
  /** What it is where none is given. */
  usual: number;
}

/** What numbers count: milliseconds, bytes, bytes a second, percent, things. */
export type QuantityUnit = 'ms' | 'B' | 'B/s' | '%' | '';

/** A way the network fails: all that a panel or a parser must know of it. */
export interface FaultKind<Key extends string = string> {
  name: string;
  /** What it does and where one meets it, in a sentence or two. */
  sentence: string;
  /** The direction where none is given: `each` is both, each by itself. */
  usual: RelayDirection | 'each';
  /** Whether `up:` and `down:` make sense. */
  directed: boolean;
  /** In the order in which numbers without a label are understood. */
  parameters: Record<Key, Parameter>;
  /** Only one of the parameters is given, the others are 0. */
  alternatives?: boolean;
  /** What a fault with these numbers will do, without its direction. */
  describe(values: Record<Key, number>): string;
  /** Begins a run: what is returned is shared by all connections. */
  start(values: Record<Key, number>): FaultInjector;
}

/** A response of the tap's own. */
export interface StatusResponse {
  /** The status code. */
  code: number;
  /** What Retry-After says, in s (RFC 9110, 10.2.3); without it none is sent. */
  retryAfter?: number;
}

/** What injects a fault in a run of the tap. */
export interface FaultInjector {
  /** Stands in the way of one direction of a connection. */
  stage?(context: StageContext): Stage;
  /** Watches a connection from its start; returns what stops that. */
  watch?(target: FaultTarget): () => void;
  /** The responses to new connections. */
  status?: StatusResponse;
}

/** A fault that is, or can be, set: plain data. */
export interface Fault {
  /** The name of its kind. */
  name: string;
  direction: RelayDirection | 'each';
  values: Record<string, number>;
  /** The only link that it is injected into; without one into all. */
  link?: string;
}
