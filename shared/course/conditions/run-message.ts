/**
 * What `/events` tells of the learner's way through the tutorial, as JSON, under
 * the name `run`.
 */
export interface RunMessage {
  /** The step that is watched, if one is. */
  current?: string;
  /** What of the lesson's page has to be told: see in-the-shell.ts. */
  watch: string[];
  /** By their ids: `step-2`. */
  steps: Record<string, StepMessage>;
  /** What kept the progress from being written, in a sentence. */
  problem?: string;
}

/** What is known of one step. */
export interface StepMessage {
  guess?: string;
  /** One for each action that can be ticked; null: it is still to be done. */
  ticks: (TickMessage | null)[];
  /** One for each sentence of *See* that a run shows. */
  sees: (TickMessage | null)[];
  /** Whether a run decides the prediction; else the reason why none can. */
  decides?: true | string;
  decided?: {
    /** The guess that the run shows, in its words. */
    guess: string;
    by: string;
    agrees: boolean;
    /** The line of the wire that decides, where it is one of this run. */
    unit?: number;
  };
  /** Whether *See* is to be open. */
  opened: boolean;
}

/** Something that a run has shown. */
export interface TickMessage {
  /** In a sentence part of the past: `fault reset was set`. */
  words: string;
  /** The line of the wire that shows it. */
  unit?: number;
  /** Whether this run has shown it, not one before it. */
  now: boolean;
}
