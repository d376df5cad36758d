/**
 * What one of the engines cannot do, or cannot be asked to do by its driver,
 * and the sentence that tells so to whoever meets it. A check looks for each
 * sentence in its file, so that nothing is left out silently.
 */
import type { Engine } from './engines.ts';

export interface Cannot {
  engine: Engine;
  /** Completes "it cannot …", for whoever maintains this. */
  what: string;
  /** As it stands in the file; line breaks do not count. */
  sentence: string;
  /**
   * From the root: for what learners meet, the page or the text that they
   * read; for what only tests meet, `CONTRIBUTING.md`.
   */
  file: string;
}

export const cannot: readonly Cannot[] = [
  {
    engine: 'firefox',
    what: 'send a request body while it is being written',
    sentence:
      'Firefox 153 does not stream: it sends the text `[object ReadableStream]`.',
    file: 'lessons/xhr/README.md',
  },
];
