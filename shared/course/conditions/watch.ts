/**
 * One condition that is watched from some moment on. It is told what happens,
 * and remembers which of its atoms have come true; what lasts, such as the text
 * of the page, counts as it is. Pure: no socket, no clock.
 */
import type { Fault } from '@on-the-wire/tap/tap.ts';
import {
  isUnit,
  wordsOfLine,
  type Details,
  type Line,
  type UnitLine,
} from '@on-the-wire/viewer/source.ts';
import type {
  Atom,
  Condition,
  FaultAtom,
  PageAtom,
  RequestAtom,
  UnitAtom,
} from './condition.ts';
import { conditionInWords } from './in-words.ts';

/** Something that happened in a run. */
export type Happening =
  /** `details` reads the unit's bytes, which costs more. */
  | { what: 'line'; line: Line; details: () => Details | undefined }
  | { what: 'opened'; line: Line; details: () => Details | undefined }
  | { what: 'faults'; before: readonly Fault[]; after: readonly Fault[] }
  | { what: 'cut' }
  | { what: 'saved'; files: readonly string[] };

/** What lasts in a run. */
export interface Lasting {
  /** The values that the page has told, by their names. */
  page: ReadonlyMap<string, string>;
  faults: readonly Fault[];
  /** Whether some fault was set at a time that counts. */
  hadFaults: boolean;
}

/** Compares a fault with the numbers of a condition, as they are typed. */
export type SameNumbers = (fault: Fault, typed: string) => boolean;

/** Why a condition is true. */
export interface Evidence {
  /** In a sentence part of the past: `fault reset was set`. */
  words: string;
  /** The line of the wire that shows it, where one does. */
  unit: number | undefined;
}

/** Watches one condition. */
export class Watch {
  readonly #condition: Condition;
  readonly #sameNumbers: SameNumbers;
  readonly #proxy: string | undefined;
  /** By atom: that it has happened, and the line that shows it. */
  readonly #seen: ({ unit: number | undefined } | undefined)[];
  #cuts = 0;

  /**
   * @param proxy what stands between the browser and the lesson, as the names of
   *   links call it: what goes on behind it counts only where its link is named
   */
  constructor(
    condition: Condition,
    sameNumbers: SameNumbers,
    proxy?: string | undefined,
  ) {
    this.#condition = condition.map((atom) =>
      'link' in atom && atom.link !== undefined
        ? { ...atom, link: frontOf(atom.link, proxy) }
        : atom,
    );
    this.#sameNumbers = sameNumbers;
    this.#proxy = proxy;
    this.#seen = condition.map(() => undefined);
  }

  /**
   * Something has happened. Only the first that fits an atom is remembered.
   *
   * @returns whether an atom has come true by it
   */
  tell(happening: Happening): boolean {
    let fitted = false;
    if (happening.what === 'cut') this.#cuts += 1;
    for (const [at, atom] of this.#condition.entries()) {
      if (this.#seen[at]) continue;
      if (!this.#fits(atom, happening)) continue;
      const unit = 'line' in happening ? happening.line.n : undefined;
      this.#seen[at] = { unit };
      fitted = true;
    }
    return fitted;
  }

  /** @returns undefined where it is not true now */
  evidence(lasting: Lasting): Evidence | undefined {
    const words: string[] = [];
    let unit: number | undefined;
    for (const [at, atom] of this.#condition.entries()) {
      if (atom.what === 'page') {
        const value = lasting.page.get(atom.name);
        if (value === undefined || !pageFits(atom, value)) return undefined;
        words.push(conditionInWords(atom, value));
        continue;
      }
      if (atom.what === 'no faults') {
        if (!lasting.hadFaults || lasting.faults.length > 0) return undefined;
      } else {
        const seen = this.#seen[at];
        if (!seen) return undefined;
        unit ??= seen.unit;
      }
      words.push(conditionInWords(atom));
    }
    return { words: words.join(', and '), unit };
  }

  #fits(atom: Atom, happening: Happening): boolean {
    if (happening.what === 'line' && this.#isToldTwice(atom, happening.line))
      return false;
    switch (atom.what) {
      case 'fault':
        return (
          happening.what === 'faults' &&
          faultFits(atom, happening, this.#sameNumbers)
        );
      case 'cut':
        return happening.what === 'cut' && this.#cuts >= atom.times;
      case 'unit':
        return (
          happening.what === (atom.how === 'came' ? 'line' : 'opened') &&
          unitFits(atom, happening)
        );
      case 'note':
        return (
          happening.what === 'line' &&
          happening.line.kind === atom.kind &&
          happening.line.summary.includes(atom.text ?? '') &&
          isOn(happening.line, atom.link)
        );
      case 'file':
        return (
          happening.what === 'saved' && happening.files.includes(atom.name)
        );
      case 'request':
        return happening.what === 'line' && requestFits(atom, happening);
      case 'page':
      case 'no faults':
        return false;
    }
  }

  /** A proxy passes on what the browser's side has shown already. */
  #isToldTwice(atom: Atom, line: Line): boolean {
    const named = 'link' in atom && atom.link !== undefined;
    return !named && isBehind(line, this.#proxy);
  }
}

/** Whether a line is of the side of a proxy that the browser does not see. */
export function isBehind({ link }: Line, proxy: string | undefined): boolean {
  return proxy !== undefined && (link?.startsWith(`${proxy}-`) ?? false);
}

/**
 * What a link from the browser to one process of several is called where a proxy
 * stands on it: `browser-nginx-gateway` for `browser-gateway`.
 */
export function frontOf(link: string, proxy: string | undefined): string {
  const [from, to] = link.split('-');
  if (proxy === undefined || from !== 'browser' || to === proxy) return link;
  return `browser-${proxy}-${to}`;
}

/** The names of the page's elements that a condition looks at. */
export function pageNames(condition: Condition): string[] {
  return condition.flatMap((atom) => (atom.what === 'page' ? atom.name : []));
}

/** Whether a condition looks at the lines of the wire. */
export function looksAtLines(condition: Condition): boolean {
  return condition.some(
    (atom) =>
      atom.what === 'note' ||
      atom.what === 'request' ||
      (atom.what === 'unit' && atom.how === 'came'),
  );
}

/**
 * A fault was set if it is in force now and was not before, with these numbers
 * on this link. Where nothing has changed at all, all were set once more: that
 * is what a second press of *Break* does.
 */
function faultFits(
  { name, values, change, link }: FaultAtom,
  { before, after }: { before: readonly Fault[]; after: readonly Fault[] },
  sameNumbers: SameNumbers,
): boolean {
  const fits = (fault: Fault) =>
    fault.name === name &&
    (link === undefined || fault.link === link) &&
    (values === undefined || sameNumbers(fault, values));
  const isIn = (list: readonly Fault[], fault: Fault) =>
    list.some((other) => JSON.stringify(other) === JSON.stringify(fault));
  const [from, to] = change === 'set' ? [before, after] : [after, before];
  const again =
    change === 'set' &&
    before.length === after.length &&
    before.every((fault) => isIn(after, fault));
  return to.some((fault) => fits(fault) && (again || !isIn(from, fault)));
}

interface Told {
  line: Line;
  details: () => Details | undefined;
}

function unitFits(
  { kind, direction, texts, field, bytes, broken, link }: UnitAtom,
  { line, details }: Told,
): boolean {
  // What broke off before its blank line is no event, but it was to be one.
  const broke =
    kind === 'event' &&
    line.kind === 'no event' &&
    line.summary.startsWith('unfinished');
  return (
    (line.kind === kind || (broken && broke)) &&
    isUnit(line) &&
    (direction === undefined || line.direction === direction) &&
    texts.every((text) => wordsOfLine(line).includes(text)) &&
    (!bytes || (line.size >= bytes[0] && line.size <= bytes[1])) &&
    (!broken || broke || line.problem !== undefined) &&
    isOn(line, link) &&
    (field === undefined || valueOf(details(), field) !== undefined)
  );
}

const requests = new Set<UnitLine['kind']>([
  'http/1.1 request headers',
  'http/2 HEADERS',
  'http/2 header list',
]);

/** A browser says where a request comes from; other programs do not. */
function requestFits(
  { method, path, link }: RequestAtom,
  { line, details }: Told,
): boolean {
  if (!isUnit(line) || line.direction !== 'up' || !requests.has(line.kind))
    return false;
  const asked = `${method} ${path}`;
  const at = line.summary.indexOf(asked);
  const behind = line.summary.charAt(at + asked.length);
  if (at < 0 || !/^[?:,]?$/.test(behind) || !isOn(line, link)) return false;
  const read = details();
  return (
    read !== undefined &&
    read.fields.length > 0 &&
    valueOf(read, 'Sec-Fetch-Site') === undefined &&
    !valueOf(read, 'User-Agent')?.startsWith('Mozilla')
  );
}

function valueOf(details: Details | undefined, name: string) {
  const wanted = name.toLowerCase();
  return details?.fields.find(({ label }) => label.toLowerCase() === wanted)
    ?.value;
}

function isOn(line: Line, link: string | undefined): boolean {
  return link === undefined || line.link === link;
}

function pageFits({ test }: PageAtom, value: string): boolean {
  switch (test.how) {
    case 'is':
      return value === test.text;
    case 'has':
      return value.includes(test.text);
    case 'lacks':
      return !value.includes(test.text);
    case 'range': {
      // With commas, as a page writes 1,440,066.
      const found = /\d[\d,]*(?:\.\d+)?/.exec(value)?.[0].replaceAll(',', '');
      const number = Number(found ?? NaN);
      return number >= test.from && number <= test.to;
    }
  }
}
