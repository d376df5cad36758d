/** What is measured of a proxy, and how. */
import type { Found } from '../claims/claim.ts';
import type { Http } from '../claims/columns.ts';
import type { Asked } from './upstream.ts';
import type { RequestToSend, ProxyExchange } from './exchange.ts';

/** One measurement: requests that are its own, and its part of the recording. */
export interface Probe {
  http: Http;
  /** Sends a request to the proxy. */
  ask(ask?: Omit<RequestToSend, 'path'>): ProxyExchange;
  /** Decides what the server does with the requests that come through. */
  serve(handler: (asked: Asked) => void): void;
  /** The requests that came through, in their order. */
  readonly came: readonly Asked[];
  /** The request that comes through; undefined where none does in that time. */
  first(ms: number): Promise<Asked | undefined>;
}

/** A question that is put to every proxy. */
export interface ProxyColumn {
  /** What is typed after `--only`. */
  id: string;
  title: string;
  /** A whole question, to which the word of a cell is the answer. */
  question: string;
  /** What follows from it, and what can be done: for the reader of the page. */
  sentence: string;
  /** The only version of HTTP over which there is such a question. */
  http?: Http;
  /** It waits for `LONGEST`: all that wait do so side by side. */
  waits?: true;
  /** Behind the proxy nothing listens. */
  refuses?: true;
  measure(probe: Probe): Promise<Found>;
}

/** ms after which a proxy that has not cut is said never to. */
export const LONGEST = 65_000;

export const never = `more than ${LONGEST / 1000} s`;

/** "60 s" */
export const seconds = (ms: number): string => `${Math.round(ms / 1000)} s`;

/** The same as a word that a busy machine does not change: in steps of 5 s. */
export const fiveSeconds = (ms: number): string =>
  seconds(Math.round(ms / 5000) * 5000);

/** "200 ms" */
export const milliseconds = (ms: number): string => `${Math.round(ms)} ms`;

/** ms within which something comes at once. */
const AT_ONCE = 120;

/** The one in the middle: neither a busy machine nor one lucky try decides. */
const median = (all: readonly number[]): number =>
  all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)]!;

/** Whether it must be tried again: it may have been this machine that was late. */
export const isDoubtful = (late: readonly number[]): boolean =>
  late.length < 3 || (late.length < 7 && median(late) >= AT_ONCE);

/** How late something comes, in a word that a busy machine does not change. */
export function lateness(late: readonly number[]): string {
  const ms = median(late);
  if (ms < AT_ONCE) return 'at once';
  return `${(Math.round(ms / 200) / 5).toFixed(1)} s late`;
}
