import type { ConnectionDecoder } from '../../unit.ts';
import type { Step } from '../cuts.ts';

/** Bytes, and the units that they are, however they are cut. */
export interface Vector {
  title: string;
  make: () => ConnectionDecoder;
  steps: Step[];
  /** The raw offsets of the first bytes, if not 0. */
  first?: { up: number; down: number };
  /** Each in one line, as `lineOf` in cuts.ts writes it. */
  units: string[];
}
