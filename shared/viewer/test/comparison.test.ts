import { describe, expect, test } from '@jest/globals';
import { compareUnits, type ComparedSection } from '../content/comparison.ts';
import type { Details } from '../source.ts';

const unit = (parts: Partial<Details>) => parts as Details;
const carrying = (content: string | Uint8Array, type = '') =>
  unit({
    content: { bytes: Buffer.from(content as string), type },
    fields: [],
  });

/** Each row as `a | b`; what differs in brackets. */
function rowsOf(section: ComparedSection): string[] {
  return Array.from({ length: section.rows }, (_, at) => {
    const { a, b } = section.row(at);
    const [left, right] = [a, b].map((side) =>
      (side?.pieces ?? [])
        .map(({ text, differs }) => (differs ? `[${text}]` : text))
        .join(''),
    );
    return section.isSame(at) ? `${left} =` : `${left} | ${right}`;
  });
}

describe('two units side by side', () => {
  test('show of JSON which words of which lines differ, whatever its spaces', () => {
    const [section] = compareUnits(
      carrying('{"id":7,"name":"Zug nach Bern","late":true}'),
      carrying('{ "id": 7, "name": "Zug nach Basel", "track": 4 }'),
    );
    expect(section!.name).toBe('Content');
    expect(rowsOf(section!)).toEqual([
      '{ =',
      '  "id": 7, =',
      '  "name": "Zug nach [Bern]", |   "name": "Zug nach [Basel]",',
      '[  "late": true] | [  "track": 4]',
      '} =',
    ]);
    expect(section!.row(2)).toMatchObject({ a: { place: 3 }, b: { place: 3 } });
  });

  test('have a free place where one has a line more', () => {
    const [section] = compareUnits(
      carrying('one\r\nthree\r\n'),
      carrying('one\ntwo\nthree\n'),
    );
    expect(rowsOf(section!)).toEqual(['one =', ' | [two]', 'three =']);
    expect(section!.row(1).a).toBeUndefined();
  });

  test('show bytes where one is no text, each below its like', () => {
    const [section] = compareUnits(
      carrying(Uint8Array.of(0, 1, 2, 0x41, 0x42, 0x43)),
      carrying(Uint8Array.of(0, 2, 0x41, 0x42, 0x44)),
    );
    expect(section!.name).toBe('Content');
    expect(rowsOf(section!)).toEqual([
      `00 [01 ]02 41 42 [43 ]       .[.].AB[C] | 00    02 41 42 [44 ]       . .AB[D]`,
    ]);
  });

  test('show fields and bytes where nothing is carried', () => {
    const headers = (host: string) =>
      unit({
        content: undefined,
        bytes: Buffer.from(`Host: ${host}`),
        fields: [
          { label: 'Host', value: host, ranges: [], meaning: '', section: '' },
        ],
      });
    const sections = compareUnits(headers('a.test'), headers('b.test'));
    expect(sections.map(({ name }) => name)).toEqual(['Fields', 'Bytes']);
    expect(rowsOf(sections[0]!)).toEqual(['Host: [a].test | Host: [b].test']);
  });

  test('let nothing of a peer turn a line around', () => {
    const [section] = compareUnits(carrying('a\u202eb'), carrying('a\tc'));
    expect(rowsOf(section!)).toEqual(['a[\\u202eb] | a[\tc]']);
  });

  test('are compared up to a bound that is told', () => {
    const long = new Uint8Array(300_000);
    const [section] = compareUnits(carrying(long), carrying(long));
    expect(section!.cutAt).toBe(131_072);
    expect(section!.rows).toBe(131_072 / 8);
  });
});
