/** What `/events` tells of a proxy before the lesson, as JSON. */
export interface BehindMessage {
  /** "nginx 1.22.1 (Debian)" */
  title: string;
  /** The learner's file, from the top of the tree, and what it holds. */
  file: string;
  content: string;
  /**
   * What the program did last; `recorded`: it is not installed, and a recording
   * stands in for it.
   */
  state: 'starting' | 'running' | 'reloaded' | 'ended' | 'recorded';
  /** When that was: ms since 1970, by the clock of the shell. */
  since: number;
  /** Why it did not take what was saved last, in its own words. */
  mistake?: string;
  /** How to install it, in one sentence. */
  howTo?: string;
  /** What the recording was made with, and when: "nginx 1.22.1 (Debian), …". */
  recordedWith?: string;
}
