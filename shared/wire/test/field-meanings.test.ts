import { describe, expect, test } from '@jest/globals';
import { fieldMeanings } from '../field-meanings.ts';
import { bytesOf, describe as fieldsOf, type Unit } from '../unit.ts';
import { decode, recorded } from './cuts.ts';
import { VECTORS } from './vectors/all.ts';

const meanings = fieldMeanings();
const listed = (wanted: Partial<(typeof meanings)[number]>) =>
  meanings.filter((each) =>
    Object.entries(wanted).every(
      ([key, value]) => each[key as keyof typeof each] === value,
    ),
  );

describe('the meanings of fields', () => {
  test.each([
    ['http', 'retry-after', 'RFC 9110, 10.2.3'],
    ['http', 'status 304 Not Modified', 'RFC 9110, 15.4.5'],
    ['http', 'method OPTIONS', 'RFC 9110, 9.3.7'],
    ['http/2', 'setting INITIAL_WINDOW_SIZE', 'RFC 9113, 6.5.2'],
    ['http/2', 'error code CANCEL', 'RFC 9113, 7'],
    ['http/2', 'window of the stream', 'RFC 9113, 6.9.1'],
    ['event stream', 'retry', 'HTML, 9.2.6'],
    ['websocket', 'masking key', 'RFC 6455, 5.3'],
    ['websocket', 'close code 1001', 'RFC 6455, 7.4.1'],
    ['websocket', 'inflated', 'RFC 7692, 7.2.2'],
    ['mqtt', 'keep alive', 'MQTT, 3.1.2.10'],
    ['mqtt', 'granted', 'MQTT, 3.9.3'],
  ] as const)('have %s %s', (protocol, name, section) => {
    expect(listed({ protocol, name, section })).toHaveLength(1);
  });

  test('have each meaning that a field has', () => {
    const texts = listed({ name: 'RETAIN' }).map(({ meaning }) => meaning);
    expect(texts).toHaveLength(4);
    expect(texts.join()).toMatch(/server keeps it.*after this client had/);
  });

  test('have none twice, and no text that comes from bytes', () => {
    const keys = meanings.map(({ protocol, name, meaning }) =>
      [protocol, name.toLowerCase(), meaning].join(),
    );
    expect(keys).toEqual([...new Set(keys)]);
    for (const { name, meaning } of meanings)
      expect(`${name}: ${meaning}`).toMatch(/^[:\w][^\0\r\n]+: \S.+$/);
  });
});

/** Names of header fields, settings and the like, and what no standard names. */
const named =
  /^(method|status|type|opcode|code|error code|:.+|fragment \d+|more|rest|bytes)$/;

/** The labels of all fields of a unit, but for those in the standards' tables. */
function labelsOf(unit: Unit, from: Parameters<typeof bytesOf>[1]): string[] {
  return fieldsOf(unit, bytesOf(unit, from))
    .filter(({ section }) => section !== '')
    .filter(({ label, meaning }) => !named.test(label) && !isOwn(meaning))
    .map(({ label }) => label);
}
const isOwn = (meaning: string) =>
  /not explained here|not known here|not a field/.test(meaning);

describe.each(Object.entries(VECTORS))('of %s', (_name, vectors) => {
  test('no label that a dissector gives is missing', () => {
    const missing = vectors.flatMap(({ make, steps }) => {
      const whole = recorded(steps);
      return decode(make, steps).flatMap((unit) =>
        labelsOf(unit, whole[unit.direction]).filter(
          (label) =>
            !meanings.some(({ name }) =>
              [label.toLowerCase(), `setting ${label.toLowerCase()}`].includes(
                name.toLowerCase(),
              ),
            ),
        ),
      );
    });
    expect([...new Set(missing)]).toEqual([]);
  });
});
