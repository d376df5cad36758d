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
    engine: 'webkitgtk',
    what: 'tell a page of the close codes 1012 to 1014',
    sentence: 'it sends 1002, and tells the page 1006.',
    file: 'lessons/websocket/README.md',
  },
  {
    engine: 'webkitgtk',
    what: 'close a WebSocket that it blocks as mixed content',
    sentence: 'The socket gets `error` and never `close`,',
    file: 'lessons/websocket/README.md',
  },
  ...(['firefox', 'webkitgtk'] as const).map((engine) => ({
    engine,
    what: 'name the status code of a refused handshake in its console',
    sentence: "Firefox's and WebKitGTK's do not.",
    file: 'lessons/websocket/README.md',
  })),
  {
    engine: 'firefox',
    what: 'send a request body while it is being written, nor say so',
    sentence: 'This browser cannot stream a request body; Chromium can.',
    file: 'lessons/http2/page/dictation.ts',
  },
  {
    engine: 'webkitgtk',
    what: 'send a request body while it is being written',
    sentence: 'This browser cannot stream a request body; Chromium can.',
    file: 'lessons/http2/page/dictation.ts',
  },
  {
    engine: 'webkitgtk',
    what: 'open a WebSocket in a stream of HTTP/2',
    sentence: 'The WebSocket has a connection of its own, over HTTP/1.1.',
    file: 'lessons/http2/README.md',
  },
  {
    engine: 'webkitgtk',
    what: 'tell a page that its HTTP/2 stream or connection has ended',
    sentence: 'The browser notices nothing. After 12 silent seconds',
    file: 'lessons/http2/README.md',
  },
  {
    engine: 'webkitgtk',
    what: 'use Early Hints',
    sentence: 'WebKitGTK 2.50 ignores them.',
    file: 'lessons/http2/README.md',
  },
  {
    engine: 'webkitgtk',
    what: 'force colours, by its driver',
    sentence:
      'Forced colours were not looked at in WebKitGTK: its driver cannot set them.',
    file: 'CONTRIBUTING.md',
  },
  {
    engine: 'webkitgtk',
    what: 'have a window as narrow as a telephone',
    sentence:
      "No window of WebKitGTK is narrower than 447 px, so the telephone's width of 390 px was not looked at there.",
    file: 'CONTRIBUTING.md',
  },
  ...(['firefox', 'webkitgtk'] as const).map((engine) => ({
    engine,
    what: 'hold the clock of a page or respond to its requests, by its driver',
    sentence:
      "No driver of ours holds a page's clock, responds to its requests, or tells of its dialogs and downloads.",
    file: 'CONTRIBUTING.md',
  })),
];
