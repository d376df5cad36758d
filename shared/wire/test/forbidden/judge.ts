/** Holds what the wire says of a case against what somebody else did. */
import { readFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import { http1Decoder } from '../../http1/decoder.ts';
import type { Unit } from '../../unit.ts';
import { decode, type Step } from '../cuts.ts';
import type { Case } from './case.ts';

const README = readFileSync(
  new URL('../../left-out.md', import.meta.url),
  'utf8',
);

/** What the units of HTTP/1.1 say that a standard forbids. */
export function problemsOf(steps: readonly Step[]): string[] {
  return problemsIn(decode(http1Decoder, steps));
}

export function problemsIn(units: readonly Unit[]): string[] {
  return units.flatMap(({ problem }) => (problem ? [problem] : []));
}

const SECTION = /\(RFC \d+, [\dA.]+\)/;

/**
 * Where the other side refused, a problem must name the section; what is
 * allowed has none; what is left out stands in the list for readers.
 * @param refused in its own words; undefined where it took all
 */
export function judge(
  { title, section, leftOut }: Omit<Case, 'sent'>,
  problems: string[],
  refused: string | undefined,
): void {
  const isNamed = problems.some((problem) => SECTION.test(problem));
  if (leftOut !== undefined) {
    expect({ title, problems }).toEqual({ title, problems: [] });
    const list = README.replaceAll(/\s+/g, ' ').toLowerCase();
    expect(list).toContain(leftOut.toLowerCase());
  } else if (section === undefined) {
    expect({ title, problems, refused }).toEqual({
      title,
      problems: [],
      refused: undefined,
    });
  } else if (refused !== undefined) {
    expect({ title, refused, problems, isNamed }).toEqual({
      title,
      refused,
      problems,
      isNamed: true,
    });
  }
}

/** The problem of a case has its words, and its section. */
export function expectSaid(
  { title, says = '', section }: Omit<Case, 'sent'>,
  problems: string[],
): void {
  const wanted = `(${section})`;
  const said = problems.find(
    (problem) => problem.includes(says) && problem.endsWith(wanted),
  );
  if (said === undefined)
    expect({ title, problems }).toEqual({
      title,
      problems: [`… ${says} … ${wanted}`],
    });
}
