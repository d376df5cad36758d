import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readMultipart } from '../content/forms.ts';
import {
  contentLines,
  partTitle,
  showContent,
} from '../content/shown-content.ts';

const show = (bytes: string | Uint8Array, type = '') =>
  showContent({ bytes: Buffer.from(bytes as string), type });

describe('what a unit carries', () => {
  test('is JSON by its type, or where it begins so and is some', () => {
    expect(show('{"a":1}', 'application/vnd.api+json')).toEqual({
      as: 'JSON',
      pretty: '{\n  "a": 1\n}',
      text: '{"a":1}',
      isWhole: true,
    });
    expect(show(' [1]').as).toBe('JSON');
    expect(show('"just a word"', 'application/json').as).toBe('JSON');
    expect(
      show('\u001e{"a":1}\n\u001e{"a":2}\n', 'application/json-seq'),
    ).toMatchObject({ as: 'JSON', pretty: '{\n  "a": 1\n}\n{\n  "a": 2\n}' });
    expect(show('"just a word"').as).toBe('text');
    expect(show('12').as).toBe('text');
    expect(show('{not json}', 'application/json')).toEqual({
      as: 'text',
      text: '{not json}',
      isLatin1: false,
    });
  });

  test('is text if it is UTF-8 without controls, or its type says so', () => {
    expect(show('Zürich\tHB\r\n\u001b[1m')).toMatchObject({ as: 'text' });
    expect(show('a\u0000b')).toEqual({ as: 'bytes' });
    expect(show('a\u0000b', 'text/plain')).toMatchObject({ as: 'text' });
    expect(show(Uint8Array.of(0x5a, 0xfc), 'text/plain')).toEqual({
      as: 'text',
      text: 'Zü',
      isLatin1: true,
    });
    expect(show(Uint8Array.of(0x89, 0x50, 0x4e, 0x47), 'image/png')).toEqual({
      as: 'bytes',
    });
    expect(show('<svg/>', 'image/svg+xml').as).toBe('text');
  });

  test('may be cut within a character at both ends, as a part of a body is', () => {
    const bytes = Buffer.from('é Zürich é');
    expect(showContent({ bytes: bytes.subarray(1, -1), type: '' })).toEqual({
      as: 'text',
      text: ' Zürich ',
      isLatin1: false,
    });
  });

  test('is a form, name by name', () => {
    const type = 'application/x-www-form-urlencoded';
    expect(show('a=1+2&b=%C3%BC&a=&c', type)).toMatchObject({
      as: 'form',
      entries: [
        ['a', '1 2'],
        ['b', 'ü'],
        ['a', ''],
        ['c', ''],
      ],
    });
    expect(contentLines({ bytes: Buffer.from('a=1&b=x%20y'), type })).toEqual([
      'a = 1',
      'b = x y',
    ]);
  });

  test('is a form in parts, each with its name, file, type and size', () => {
    const body =
      '--xYz\r\nContent-Disposition: form-data; name="who"\r\n\r\nZoë\r\n' +
      '--xYz\r\nContent-Disposition: form-data; name="a\\"b"; filename="p%22.json"\r\n' +
      'Content-Type: application/json; charset=utf-8\r\n\r\n{"a":1}\r\n' +
      '--xYz\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n' +
      '--xYz--\r\n';
    const shown = show(body, 'multipart/form-data');
    if (shown.as !== 'parts') throw new Error(shown.as);
    expect(
      shown.parts.map(({ bytes, ...part }) => [part, String(bytes)]),
    ).toEqual([
      [{ name: 'who', filename: undefined, type: '' }, 'Zoë'],
      [
        { name: 'a"b', filename: 'p".json', type: 'application/json' },
        '{"a":1}',
      ],
      [{ name: 'empty', filename: undefined, type: '' }, ''],
    ]);
    expect(partTitle(shown.parts[1]!)).toBe(
      'a"b: file “p".json”, application/json, 7 bytes',
    );
    expect(
      contentLines({ bytes: Buffer.from(body), type: 'multipart/form-data' }),
    ).toEqual([
      'who: 4 bytes',
      'Zoë',
      'a"b: file “p".json”, application/json, 7 bytes',
      '{',
      '  "a": 1',
      '}',
      'empty: 0 bytes',
    ]);
  });

  test('may have a part without a byte in it, or without headers', () => {
    const parts = readMultipart(
      Buffer.from('--b\r\n--b\r\n\r\nx\r\n--b--\r\n'),
    )!;
    expect(parts.map(({ bytes }) => String(bytes))).toEqual(['', 'x']);
  });

  test('gives back the parts of any multipart body, and throws at none', () => {
    const part = fc.record({
      name: fc.stringMatching(/^[a-z]{1,8}$/),
      bytes: fc.uint8Array({ maxLength: 60 }),
    });
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 5 }), (parts) => {
        const boundary = '--0123456789abcdef';
        const body = Buffer.concat([
          ...parts.flatMap(({ name, bytes }) => [
            Buffer.from(
              `${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`,
            ),
            bytes,
            Buffer.from('\r\n'),
          ]),
          Buffer.from(`${boundary}--\r\n`),
        ]);
        expect(
          readMultipart(body)!.map(({ name, bytes }) => [name, [...bytes]]),
        ).toEqual(parts.map(({ name, bytes }) => [name, [...bytes]]));
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        readMultipart(Buffer.concat([Buffer.from('--a\r\n'), bytes]));
        showContent({ bytes, type: 'multipart/mixed' });
      }),
    );
  });
});
