/** What the parts of the tutorial know of the text while they make HTML of it. */
import type { Env } from 'markdown-it';

/** Where the Markdown stands; its links are relative to that. */
export interface TutorialPlace {
  /** The lesson's folder below `lessons/`: `sse`. */
  lesson: string;
  /** The folder inside the lesson, with slashes: `exercises/01-resume`, or ''. */
  folder: string;
}

/** Filled while one text is parsed, read while it is rendered. */
export interface TutorialEnv extends Env {
  place: TutorialPlace;
  /** The lowest port of the run that the text stands beside. */
  shellPort: number | undefined;
  /** Whether it is a tutorial, whose steps are sections. */
  hasSteps: boolean;
  /** Whether it is a side trip, which says itself how it is started. */
  isTrip: boolean;
  /** The files of the lesson, with slashes. */
  files: readonly string[];
  /** Before each id: two texts may stand in one document. */
  prefix: string;
  taken: Set<string>;
  /** The id that a Git host gives a heading → the id here. */
  ids: Map<string, string>;
}
