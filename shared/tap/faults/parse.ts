/** Reads faults from text, and writes them as text. */
import { closest, distance } from 'fastest-levenshtein';
import { faultKinds, presets } from './catalogue.ts';
import type { Fault, FaultKind, Parameter } from './kind.ts';
import { DIRECTION_NAMES } from './limit.ts';
import { parseQuantity, quantity, unitNames } from './units.ts';

/** The text is no fault, or has numbers that are out of range; the message says why. */
export class FaultError extends Error {
  override name = 'FaultError';
}

/**
 * One fault, as it is written on a command line or sent by a panel:
 *
 *     latency            with the usual numbers
 *     latency=300~50     300 ms ± 50
 *     down:latency=2s    in one direction only; also up:
 *     stall=2%,hold:1s   a number without a label belongs to the first
 *     reset=after:2000B  units: ms s min, B kB MB, B/s kB/s MB/s, %
 *     down@a-b           on the link from a to b alone
 *
 * @throws FaultError that says what was found and what exists
 */
export function parseFault(text: string): Fault {
  const match = /^(?:(up|down):)?([^=:@]+)(?:=([^@]*))?(?:@(.+))?$/s.exec(
    text.trim(),
  );
  const name = match?.[2] ?? '';
  const kind = faultKinds.find((known) => known.name === name);
  if (!match || !kind) throw unknown(text, name);
  const only = match[1] as 'up' | 'down' | undefined;
  if (only && !kind.directed) {
    throw new FaultError(
      `"${short(text)}": ${name} is injected into the whole connection. Leave out "${only}:".`,
    );
  }
  const values = readValues(kind, match[3] ?? '', text);
  const link = match[4];
  const direction = only ?? kind.usual;
  return { name, direction, values, ...(link !== undefined && { link }) };
}

/**
 * Faults and presets, as given one by one on a command line.
 *
 * @throws FaultError for an unknown one, one with numbers out of range, or two of the
 *   same kind in the same direction
 */
export function parseFaults(texts: readonly string[]): Fault[] {
  const faults = texts.flatMap((text) => {
    const preset = presets.find(({ name }) => name === text.trim());
    return (preset?.faults ?? [text]).map(parseFault);
  });
  for (const [at, fault] of faults.entries()) {
    const before = faults.slice(0, at).find((other) => collide(fault, other));
    if (before) {
      throw new FaultError(
        `"${formatFault(before)}" and "${formatFault(fault)}" are injected into the same direction. Keep one of them.`,
      );
    }
  }
  return faults;
}

/**
 * A fault as text that `parseFault` understands, with all its numbers. Two
 * faults with the same text are the same fault.
 *
 * @throws FaultError where there is no fault of that name
 */
export function formatFault({ name, direction, values, link }: Fault): string {
  const kind = faultKindOf(name);
  const numbers = Object.entries(kind.parameters)
    .filter(([key]) => !kind.alternatives || values[key]! > 0)
    .map(([key, { label, unit }]) => {
      const amount = quantity(values[key]!, unit).replace(' ', '');
      return `${label}:${amount}`;
    });
  const where = kind.directed && direction !== 'each' ? `${direction}:` : '';
  const what = `${name}${numbers.length > 0 ? `=${numbers.join(',')}` : ''}`;
  return `${where}${what}${link === undefined ? '' : `@${link}`}`;
}

/**
 * What a fault will do, in a sentence.
 *
 * @throws FaultError where there is no fault of that name
 */
export function describeFault({
  name,
  direction,
  values,
  link,
}: Fault): string {
  const kind = faultKindOf(name);
  const places = [
    ...(link === undefined ? [] : [`On ${link}`]),
    ...(kind.directed && direction !== 'each'
      ? [DIRECTION_NAMES[direction]]
      : []),
  ];
  const sentence = kind.describe(values);
  if (places.length === 0) return sentence;
  const [first = '', ...rest] = places.join(', ');
  return `${first.toUpperCase()}${rest.join('')}: ${sentence[0]!.toLowerCase()}${sentence.slice(1)}`;
}

/**
 * A fault as a few words beside its name: `after 2 kB`, and where, if it is not
 * where such a fault usually is: `from the server, on gateway-feed`. Numbers
 * that are 0 are left out.
 *
 * @throws FaultError where there is no fault of that name
 */
export function faultInBrief({ name, direction, values, link }: Fault): {
  numbers: string;
  where: string;
} {
  const kind = faultKindOf(name);
  const numbers = Object.entries(kind.parameters)
    .filter(([key]) => values[key]! > 0)
    .map(([key, { label, unit }]) => {
      const amount = quantity(values[key]!, unit);
      if (label === 'after') return `after ${amount}`;
      if (label === 'random') return `after ${amount} on average`;
      return label === 'jitter' ? `± ${amount}` : amount;
    });
  const places = [
    ...(kind.directed && direction !== kind.usual
      ? [direction === 'each' ? 'both ways' : DIRECTION_NAMES[direction]]
      : []),
    ...(link === undefined ? [] : [`on ${link}`]),
  ];
  return {
    numbers: numbers.join(', ').replaceAll(', ±', ' ±'),
    where: places.join(', '),
  };
}

/**
 * Finds a kind of fault by its name.
 *
 * @throws FaultError where there is none of that name
 */
export function faultKindOf(name: string): FaultKind {
  const kind = faultKinds.find((known) => known.name === name);
  if (!kind) throw unknown(name, name);
  return kind;
}

function readValues(
  kind: FaultKind,
  list: string,
  text: string,
): Record<string, number> {
  const entries = Object.entries(kind.parameters);
  const given = new Map<string, number>();
  for (const [at, part] of split(list).entries()) {
    const [, label, number = ''] = /^(?:([^:]*):)?(.*)$/s.exec(part)!;
    const wanted = entries.filter(([, parameter], place) =>
      label === undefined ? place === at : parameter.label === label.trim(),
    );
    if (wanted.length === 0) throw tooMuch(kind, part, text);
    const found = parseQuantity(number, wanted[0]![1].unit);
    const fits = wanted.find(([, { unit }]) => unit === found?.unit);
    const [key, parameter] = fits ?? wanted[0]!;
    const amount = found?.amount ?? NaN;
    if (!fits || amount < parameter.least || amount > parameter.most) {
      throw senseless(kind, parameter, number, text);
    }
    if (given.has(key) || (kind.alternatives && given.size > 0)) {
      throw new FaultError(
        `"${short(text)}": ${kind.name} takes ${kind.alternatives ? 'only one number' : `${parameter.label} once`}, found ${kind.alternatives ? 'two' : 'it twice'}. ${usage(kind)}`,
      );
    }
    given.set(key, amount);
  }
  if (kind.alternatives) {
    const [key, { usual }] = entries[0]!;
    if (given.size === 0) given.set(key, usual);
    return Object.fromEntries(
      entries.map(([known]) => [known, given.get(known) ?? 0]),
    );
  }
  return Object.fromEntries(
    entries.map(([key, { usual }]) => [key, given.get(key) ?? usual]),
  );
}

/** `300~50,x:1` as three parts: what follows `~` is the next number. */
function split(list: string): string[] {
  return list === '' ? [] : list.split(/[,~]/);
}

function collide(one: Fault, other: Fault): boolean {
  if (one.name !== other.name) return false;
  const apart = one.link !== undefined && other.link !== undefined;
  if (apart && one.link !== other.link) return false;
  const each = one.direction === 'each' || other.direction === 'each';
  return each || one.direction === other.direction;
}

function unknown(text: string, name: string): FaultError {
  const names = [...faultKinds, ...presets].map((known) => known.name);
  const near = closest(name.slice(0, 40), names);
  const hint =
    distance(name.slice(0, 40), near) <= 3 ? ` Did you mean "${near}"?` : '';
  return new FaultError(
    `There is no fault "${short(text)}".${hint} There are: ${names.join(', ')}.`,
  );
}

function tooMuch(kind: FaultKind, part: string, text: string): FaultError {
  return new FaultError(
    `"${short(text)}": ${kind.name} does not take "${short(part)}". ${usage(kind)}`,
  );
}

function senseless(
  kind: FaultKind,
  { label, least, most, unit }: Parameter,
  number: string,
  text: string,
): FaultError {
  const range = `${quantity(least, unit)} to ${quantity(most, unit)}`;
  return new FaultError(
    `"${short(text)}": expected ${range} for ${label}, found "${short(number)}". ${usage(kind)}`,
  );
}

/** How a fault is written, with its usual numbers. */
function usage(kind: FaultKind): string {
  const numbers = Object.values(kind.parameters).map(
    ({ label, usual, unit }) => {
      const units = unitNames(unit).join(', ');
      const hint = unitNames(unit).length > 1 ? ` (${units})` : '';
      return `${label}:${quantity(usual, unit).replace(' ', '')}${hint}`;
    },
  );
  if (numbers.length === 0) return `Write ${kind.name} alone.`;
  const joined = numbers.join(kind.alternatives ? ' or ' : ',');
  return `Write ${kind.name}=${joined}.`;
}

/** What the user typed, not longer than a line. */
function short(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
