/**
 * What `/events` tells of an exercise, as JSON: all that the shell shows of it
 * but the task itself, which is the text of the tutorial's pane.
 */
export interface ExerciseMessage {
  /** `sse/2` */
  id: string;
  title: string;
  minutes: number;
  /** The learner's file, from the top of the tree. */
  file: string;
  checking: boolean;
  /** The step that runs now, where the check takes some time. */
  step?: string;
  /** Whether it has passed at some time: then the solution may be seen. */
  passed: boolean;
  notice: string;
  /** Which browser the check opens, or what to install; '' if it needs none. */
  browser: string;
  /** HTML of those that were taken. */
  hints: string[];
  hintsLeft: number;
  verdict?: VerdictMessage;
  /** HTML: why, what to look at, once it passes. */
  after?: string;
  /** How many right answers there are beside the solution. */
  ways: number;
  /** The exercise that comes next. */
  next?: string;
}

/** What came of a check, ready to be shown. */
export interface VerdictMessage {
  passed: boolean;
  seconds: number;
  seed: number;
  steps: { name: string; passed: boolean }[];
  printed: string[];
  failure?: {
    title: string;
    rows: { label: string; text: string }[];
    came?: { text: string; caret?: number };
    note?: string;
    section?: { name: string; url?: string };
    tryIt?: string;
    /** A line of the wire. */
    unit?: number;
    details?: string;
  };
}

/** What the shell shows when it is asked for the solution. */
export interface SolutionMessage {
  /** The learner's file compared with it, as text. */
  diff: string;
  /** The other right answers; `sentence` is HTML, `path` from the top. */
  ways: { name: string; sentence: string; path: string; code: string }[];
}

/** What the shell's buttons ask for. */
export type ExerciseAction = 'check' | 'hint' | 'reset' | 'next';
