/** Where a word that the rules replace is the right one, and why. */

/** One exception. */
export interface WordException {
  /** The files in which it holds. */
  files: RegExp;
  /** The phrase that is allowed, the word included; with the flag `g`. */
  words: RegExp;
  reason: string;
}

/** All of them. */
export const exceptions: WordException[] = [
  {
    files:
      /^(?:shared\/course\/exercise|scripts\/exercise\.ts|CONTRIBUTING\.md)|^shared\/quality\/check\/(?:answer-files|exercises|tools)\.ts$|\/exercises\/[^/]+\/(?:answers\.md|right\/|wrong\/)/,
    words: /\banswers?\b/gi,
    reason: 'An answer to an exercise is called so.',
  },
  {
    files: /./,
    words: /\banswers\.md\b/g,
    reason: 'The file with the answers to an exercise is called so.',
  },
  {
    files: /^shared\/quality\/check\/words(?:-exceptions)?\.ts$/,
    words: /[^]+/g,
    reason: 'It names the words.',
  },
  {
    files:
      /^shared\/course\/(?:harness\/(?:lessons|list-lesson|new-lesson|look-up)\.ts|shell\/)|^shared\/home\/|^shared\/quality\/check\/(?:lesson-shape|tutorial)\.ts$|^(?:README|CONTRIBUTING)\.md$|^lessons\/(?:README|TEACHING)\.md$/,
    words: /\bquestions?\b/gi,
    reason: 'A lesson has one question, which stands in its manifest.',
  },
  {
    files: /^shared\/compare\/choosing\/|^shared\/home\/page\/choosing\.ts$/,
    words: /\b(?:questions?|answers?|answered)\b/gi,
    reason: 'The chooser asks its reader questions, and waits for the answers.',
  },
  {
    files:
      /^shared\/compare\/(?:claims|proxies|test|README)|^shared\/home\/messages\.ts$|^scripts\/compare\.ts$/,
    words:
      /\bquestions?\b|\bis (?:its|the) answer\b|\banswer all the questions\b/gi,
    reason:
      'A row of the tables of claims and of proxies asks a question; its cells answer it.',
  },
  {
    files: /^shared\/lesson\/lesson\.ts$/,
    words: /\bone question\b(?: that the lesson answers\b)?/g,
    reason: 'A lesson has one question, which stands in its manifest.',
  },
  {
    files:
      /^lessons\/sse\/(?:README\.md|(?:server|model|answers)\.ts|page\/|test\/|exercises\/05)/,
    words: /\b(?:questions?|answers?)\b/gi,
    reason:
      'A language model is asked a question and gives an answer; the response carries it, and may carry half of it.',
  },
  {
    files: /^shared\/quality\/clients\//,
    words: /\b(?:questions?|answers?)\b/g,
    reason: 'They read what a language model answers, as in the lesson on SSE.',
  },
  {
    files: /^lessons\/TEACHING\.md$/,
    words: /\bAnswer the handshake, refuse the stranger\b/g,
    reason: 'The title of an exercise, repeated.',
  },
];
