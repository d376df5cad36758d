/**
 * What every lesson promises, as types. A lesson that keeps these promises is
 * found, started, watched, tested and compared without knowing about it.
 */
import type { Server } from 'node:http';
import type { Server as TcpServer } from 'node:net';
import type { Http2SecureServer } from 'node:http2';

/** What `createServer()` of a lesson returns. */
export interface Lesson {
  /** Not yet listening: the caller chooses the port. */
  server: Server | Http2SecureServer;
  /** The servers of its further addresses, by their names in the manifest. */
  others?: Record<string, Server | Http2SecureServer>;
  /**
   * Ends every byte stream, socket and timer that the lesson opened, then the
   * server. Resolves when nothing is left; may be called twice.
   */
  close(): Promise<void>;
}

/**
 * What `createServer()` returns in a lesson of several processes, in the file of
 * each: what it listens with need not speak HTTP.
 */
export interface LessonProcess {
  server: TcpServer;
  /** The servers of its further addresses, by their names in the manifest. */
  others?: Record<string, TcpServer>;
  /** As a lesson's. */
  close(): Promise<void>;
}

/**
 * What the `server.ts` of a lesson exports. Started by itself, it finds in
 * `ORIGINS` which pages are its own (see page/origins.ts); where it looks at
 * that, `createServer` takes the same list as the option `origins`.
 */
export interface LessonModule<Options = object> {
  createServer(options?: Partial<Options>): Lesson;
}

/** The field `lesson` in a lesson's package.json. */
export interface Manifest {
  /** As it stands in lists: "Server-Sent Events". */
  title: string;
  /** What the lesson is about, as one question. */
  question: string;
  /** Its place in the reading order, from 1. */
  order: number;
  /** How long a learner needs. */
  minutes: number;
  /** Whether its servers speak TLS. */
  tls?: boolean;
  /**
   * Whether its server drains at SIGTERM, as long as `DRAIN_MS` says (page/
   * drain.ts), and hands its feed over in `HAND_OVER` (board/hand-over.ts).
   */
  drains?: boolean;
  /**
   * The names of its further addresses, such as `other`. The lesson finds what
   * to listen on in `PORT_OTHER`, and in `URL_OTHER` what its page requests; its
   * `createServer` takes that origin as an option of the same name.
   */
  addresses?: string[];
  /**
   * Where a lesson has several processes: each by its name, `server.ts` among
   * them. Each listens on the port in `PORT`, at 127.0.0.1.
   */
  processes?: Record<string, ProcessManifest>;
  /**
   * Where each of them, and `browser`, stands on the map of the links: its
   * middle, in per cent of the map's width and height. Others stand on an
   * ellipse.
   */
  map?: Record<string, readonly [x: number, y: number]>;
}

/** What is spoken at an address: `frames` have their length in 4 bytes before. */
export type Speech = 'http' | 'mqtt' | 'frames';

/** One of a lesson's processes. */
export interface ProcessManifest {
  /** Its file in the lesson's folder; `<name>.ts` by default. */
  file?: string;
  /** What is spoken at its port; `http` by default. */
  speaks?: Speech;
  /**
   * Its further addresses: it finds what to listen on in `PORT_…`. Other
   * processes call an address by this name.
   */
  addresses?: Record<string, Speech>;
  /**
   * The processes that it calls: it finds each at `<NAME>_URL`, such as `BROKER_URL`, a URL
   * with a number for its host.
   */
  calls?: string[];
  /**
   * Browsers call it. The processes find the URL that a page uses for it in
   * `URL_<NAME>`.
   */
  browsers?: boolean;
}

/** A lesson as the harness found it on disk. */
export interface FoundLesson {
  /** The folder's name: what is typed after `pnpm lesson`. */
  name: string;
  /** The folder, as an absolute path. */
  folder: string;
  manifest: Manifest;
}

/** A crash, as it is shown in the terminal and in the shell. */
export interface Crash {
  /** The first line: `SyntaxError: Unexpected token '}'`. */
  message: string;
  /** Where in the learner's code, relative to the lesson's folder. */
  file?: string;
  line?: number;
  column?: number;
  /** All that the process printed, the stack included. */
  details: string;
}

/** The state of a running lesson's server, as the shell shows it. */
export interface LessonState {
  status: 'starting' | 'ready' | 'restarting' | 'crashed';
  crash?: Crash;
  /** Grows whenever the page must be loaded again. */
  pageVersion: number;
  /** Grows whenever the tutorial was saved. */
  tutorialVersion: number;
  /** Ports at which every browser so far has refused the certificate. */
  refused?: number[];
}
