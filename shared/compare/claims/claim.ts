/** What a cell of the table says, and how that is settled. */
import type { pageHelpers } from './page-helpers.ts';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import type { ProxyName } from '@on-the-wire/proxies/programs.ts';
import type { Tap } from '@on-the-wire/tap/tap.ts';
import type { Unit } from '@on-the-wire/wire/unit.ts';
import type { Column, Http } from './columns.ts';

/** Where a page of the claims sends its requests. */
export interface ClaimOrigins {
  /** Its own origin: `http://127.0.0.1:4002`. */
  origin: string;
  /** The same server at another port: another origin of the same site. */
  other: string;
  /** That port by another host name: another site. */
  otherSite: string;
}

/** A unit that was on the wire, and where. */
export interface Seen {
  connection: number;
  /** Where a proxy stands between: `browser-nginx` or `nginx-server`. */
  link?: string | undefined;
  unit: Unit;
}

/** The claims' server, which is reached through a tap. */
export interface TappedClaims {
  tap: Tap;
  /** What stands before it: "nginx 1.22.1 (Debian)". */
  behind?: string;
  origins: ClaimOrigins;
  /** The units of the claim, as they come. */
  seen: Seen[];
  /** From here on a claim begins: `seen` is empty again. */
  begin(): void;
  /** Resolves when there is such a unit among those of the claim. */
  until(is: (seen: Seen) => boolean): Promise<void>;
  /** From here on these faults apply: `buffer=…`. */
  break(...faults: string[]): void;
  close(): Promise<void>;
}

/** What was found out: the word for the cell, and what shows it. */
export interface Found {
  word: string;
  evidence: string;
  /** This window cannot show it: then the evidence says why. */
  unmeasured?: true;
}

/** What a window cannot show that keeps no response. */
export const keepsNothing = (shown: string): Found => ({
  word: 'not measured here',
  evidence: `${shown}: this window keeps no response. It is a private window, or the certificate was accepted in spite of its error`,
  unmeasured: true,
});

export type PageHelpers = typeof pageHelpers;

/** What one cell says, and how a browser shows it. */
export interface Claim<Result = any> {
  column: Column;
  /** What the table of 2016 said; nothing where it had no such row. */
  said?: string;
  /** What holds today, in a word; over HTTP/2, where that is another. */
  today: string;
  todayOverHttp2?: string;
  /** The word of an engine for which that does not hold. */
  differs?: Partial<Record<Engine, Partial<Record<Http, string>>>>;
  /** The same in a sentence. */
  sentence: string;
  /**
   * Runs in a page of the claims' server. It is sent there as text, so it knows
   * nothing but its arguments and what a browser has.
   */
  inPage(places: ClaimOrigins, helpers: PageHelpers): Promise<Result>;
  /** What is done to the connections while the page runs. */
  meanwhile?(tapped: TappedClaims): Promise<void>;
  /** Looks at the page's result, and at what was on the wire. */
  judge(result: Result, seen: readonly Seen[]): Found;
}

/** A program between page and server, and its lines. */
export interface Behind {
  name: ProxyName;
  lines: string;
}

/** A row of the table: a question, and a claim for every column. */
export interface ClaimRow {
  /** What is typed after `--only`. */
  id: string;
  title: string;
  /** A whole question; the word of a cell, with a period, is its answer. */
  question: string;
  /** The program through which its pages reach the server. */
  behind?: Behind;
  claims: readonly Claim[];
}

/** A claim whose page and judge agree on the type of the result. */
export const claim = <Result>(parts: Claim<Result>): Claim => parts;

/** Judges a claim, and says which program stood between. */
export function judged(
  { judge }: Claim,
  result: unknown,
  { seen, behind }: Pick<TappedClaims, 'seen' | 'behind'>,
): Found {
  const found = judge(result, seen);
  if (behind === undefined) return found;
  return { ...found, evidence: `behind ${behind}, ${found.evidence}` };
}

/** The word for the cell under a version of HTTP, in an engine. */
export const wordOf = (
  { today, todayOverHttp2, differs }: Claim,
  http: Http,
  engine: Engine = 'chromium',
): string =>
  differs?.[engine]?.[http] ??
  (http === '2' ? (todayOverHttp2 ?? today) : today);

/**
 * The units of these kinds, as they came.
 *
 * @param kind is looked for in the unit's kind: `http/1.1 request headers`
 */
export const ofKind = (seen: readonly Seen[], kind: RegExp): Unit[] =>
  seen.map(({ unit }) => unit).filter((unit) => kind.test(unit.kind));

/** What was between page and proxy, or page and server where there is none. */
export const atPage = (seen: readonly Seen[]): Seen[] =>
  seen.filter(({ link }) => link?.startsWith('browser-') ?? true);

/** What was before the server. */
export const atServer = (seen: readonly Seen[]): Seen[] =>
  seen.filter(({ link }) => link?.endsWith('-server') ?? true);

const headerSections =
  /^http\/(1\.1 (request|response) headers|2 HEADERS|2 header list)$/;

/**
 * The header sections of requests, over either version of HTTP.
 *
 * @param path what the path of the request must hold
 */
export const requestsIn = (seen: readonly Seen[], path = ''): Unit[] =>
  ofKind(seen, headerSections).filter(
    ({ direction, summary }) => direction === 'up' && summary.includes(path),
  );

/**
 * The header sections of responses, over either version of HTTP.
 *
 * @param status the status code: 204
 */
export const responsesIn = (seen: readonly Seen[], status: number): Unit[] =>
  ofKind(seen, headerSections).filter(
    ({ direction, summary }) =>
      direction === 'down' && new RegExp(`\\b${status}\\b`).test(summary),
  );

/** How many bytes they took on the wire. */
export const sizeOf = (units: readonly Unit[]): number =>
  units.reduce((sum, { size }) => sum + size, 0);
