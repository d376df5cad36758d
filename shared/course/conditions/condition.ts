/**
 * Conditions: what a learner's run has to show for an action of a tutorial to
 * be ticked, for its *See* to be true, or for a guess to be the right one. They
 * are data of a small closed vocabulary, never code; `parse.ts` reads them.
 */
import type { Direction, Kind } from '@on-the-wire/wire/unit.ts';

/**
 * The id of the section *From memory*, in the place of a step: its conditions
 * look back on the whole run.
 */
export const MEMORY = 'from-memory';

/** The id of a step: `step-2`; of a side trip's, `behind-a-proxy-step-2`. */
export const STEP_ID = /^(?:[a-z][a-z0-9-]{0,60}-)?step-\d{1,3}$/;

/** All of its atoms hold. */
export type Condition = readonly Atom[];

/** What is joined by `and`. */
export type Atom =
  | FaultAtom
  | NoFaultsAtom
  | CutAtom
  | UnitAtom
  | NoteAtom
  | PageAtom
  | FileAtom
  | RequestAtom;

/** `fault reset set`, `fault idle=8s set`, `fault down lifted @a-b`. */
export interface FaultAtom {
  what: 'fault';
  name: string;
  /** What stands behind `=`, as the learner types it: `8s`, `5%,1s`. */
  values: string | undefined;
  change: 'set' | 'lifted';
  link: string | undefined;
}

/** `faults none`: some were set before, and now there are none. */
export interface NoFaultsAtom {
  what: 'no faults';
}

/** `cut`, `cut 3 times`: the learner cut all connections. */
export interface CutAtom {
  what: 'cut';
  times: number;
}

/** `unit event down "departure" broken`: such a unit came, or was opened. */
export interface UnitAtom {
  what: 'unit';
  /** `opened`: the learner looked at it in the wire. */
  how: 'came' | 'opened';
  kind: Kind;
  direction: Direction | undefined;
  /** All of these stand in its line. */
  texts: string[];
  /** The name of a header or a field that it has. */
  field: string | undefined;
  /** How many bytes it took on the wire, both ends included. */
  bytes: readonly [from: number, to: number] | undefined;
  /** Whether something is wrong with it: it was cut off, for example. */
  broken: boolean;
  link: string | undefined;
}

/** `note end "RST"`: a line of the wire that is no unit. */
export interface NoteAtom {
  what: 'note';
  kind: NoteKind;
  text: string | undefined;
  link: string | undefined;
}

/** Which notes a condition can name. */
export type NoteKind = 'open' | 'end' | 'fault';

/** `page state is "open"`, `page seen has "missed"`, `page bytes 300 to 500`. */
export interface PageAtom {
  what: 'page';
  /** The id or the name of an element of the lesson's page, or `seen`. */
  name: string;
  test:
    | { how: 'is' | 'has' | 'lacks'; text: string }
    | { how: 'range'; from: number; to: number };
}

/** `file news.ts saved`: a file of the lesson's folder was saved. */
export interface FileAtom {
  what: 'file';
  name: string;
}

/** `request GET /events from outside`: by another program than a browser. */
export interface RequestAtom {
  what: 'request';
  method: string;
  path: string;
  link: string | undefined;
}

/** What a `decides:` comment says. */
export type Decision =
  | {
      clauses: readonly Clause[];
      /** So many actions are done when it is decided; otherwise all. */
      after?: number;
    }
  /** No run can decide it, for this reason. */
  | { nothing: string };

/** The run shows that this guess is the right one. */
export interface Clause {
  /** Which of the guesses, from 1. */
  guess: number;
  condition: Condition;
}

/** What a `do:` comment says: a condition, or why the action has none. */
export type Action = { condition: Condition } | { nothing: string };
