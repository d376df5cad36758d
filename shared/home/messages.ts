/** What the home page and its server send each other. */
import type { Engine } from '@on-the-wire/browser/engines.ts';
import type { Train } from '@on-the-wire/course/way/standing.ts';
import type { Column, Http } from '@on-the-wire/compare/claims/columns.ts';

/** One cell of the table. */
export interface CellMessage {
  column: Column;
  /** What the table of 2016 said, if it had such a row. */
  said?: string;
  /** What each engine does, in a word, over every version of HTTP. */
  words: Record<Http, Record<Engine, string>>;
  measured: Record<Http, Record<Engine, MeasuredMessage>>;
  sentence: string;
  /** The line of the row's file where its claim begins. */
  line: number;
}

/** One row of the table. */
export interface RowMessage {
  id: string;
  title: string;
  /** To which the word of a cell is the answer. */
  question: string;
  /** Below the repository's root. */
  file: string;
  cells: CellMessage[];
}

/** In which browser the table was measured, and when. */
export interface MeasuredMessage {
  /** "Firefox ESR 153 (Debian)" */
  title: string;
  /** "153.8.0" */
  version: string;
  /** "2026-11-29" */
  date: string;
  /** Whether a recording of this cell is kept. */
  isRecorded: boolean;
}

/** The table, as the page gets it. */
export interface TableMessage {
  /** Of the course. */
  version: string;
  measured: Record<Engine, MeasuredMessage>;
  /** Names this life of the server, which alone has the recordings. */
  home: string;
  columns: Record<Column, string>;
  rows: RowMessage[];
}

/** A claim that may begin as soon as its page is there. */
export interface Started {
  run: string;
  /** The page that runs it. */
  url: string;
}

/** Where claims over HTTP/2 run, and a page that tells which are accepted. */
export interface AddressesMessage {
  probe: string;
  addresses: string[];
}

/** The outcome of a claim. */
export interface ClaimOutcome {
  word: string;
  evidence: string;
  /** This window cannot show it: then the evidence says why. */
  unmeasured?: true;
}

/** Which claim to run. */
export interface Chosen {
  row: string;
  column: Column;
  http: Http;
}

/** Something that a search has found. */
export interface HitMessage {
  kind: 'term' | 'step' | 'question' | 'exercise' | 'fault' | 'field' | 'cell';
  title: string;
  /** The words around what was looked for; every second part was. */
  parts: string[];
  /** Where it stands, in words. */
  where: string;
  to:
    | { kind: 'lesson'; name: string; hash: string }
    | { kind: 'exercise'; id: string }
    | { kind: 'cell'; row: string; column: Column };
}

/** What a search has found, or words that are spelt much like these. */
export interface SearchMessage {
  hits: HitMessage[];
  nearest: string[];
}

/** How far the learner is, and what runs now. */
export interface StandingMessage {
  /** HTML: where they stopped; '' where nothing was begun. */
  stop: string;
  /** HTML: the items of the list of lessons. */
  lessons: string;
  /** The learner's own departures. */
  trains: Train[];
  /** Of the course. */
  version: string;
}
