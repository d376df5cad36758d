import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { prettyJson } from '../content/pretty-json.ts';

const text = (json: string) => prettyJson(json)?.text;

describe('JSON with a line for each value', () => {
  test('has the lines that JSON.stringify gives, whatever its spaces were', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(4), (json, indent) => {
        const value = JSON.parse(json) as unknown;
        const isPlain = json === JSON.stringify(value);
        fc.pre(isPlain);
        expect(prettyJson(JSON.stringify(value, null, indent))).toEqual({
          text: JSON.stringify(value, null, 2),
          isWhole: true,
        });
      }),
    );
  });

  test('keeps the digits of numbers, the order of names, and names that occur twice', () => {
    expect(
      text(
        '{"id":12345678901234567890,"b":1.0,"10":1E+2,"9":-0,"b":"\\u00e9"}',
      ),
    ).toBe(
      '{\n  "id": 12345678901234567890,\n  "b": 1.0,\n  "10": 1E+2,\n  "9": -0,\n  "b": "\\u00e9"\n}',
    );
  });

  test('leaves what is empty on its line', () => {
    expect(text('[ {}, [\n], "" ]')).toBe('[\n  {},\n  [],\n  ""\n]');
  });

  test('writes one value after the other where each has its line', () => {
    expect(text('{"a":1}\n{"a":2}\r\n\n3\n')).toBe(
      '{\n  "a": 1\n}\n{\n  "a": 2\n}\n3',
    );
    expect(text('{"a":1} {"a":2}')).toBeUndefined();
  });

  test('is undefined for what JSON.parse refuses and is not cut', () => {
    for (const wrong of [
      '',
      ' ',
      'x',
      '{a:1}',
      "{'a':1}",
      '[1,]',
      '{"a":1,}',
      '{"a" 1}',
      '[1 2]',
      '[01]',
      '[+1]',
      '[1.]',
      '[.5]',
      '[NaN]',
      '[truer]',
      '["\u0001"]',
      '["a\nb"]',
      '["\\x"]',
      '["\\u00g0"]',
      '[1}',
      '{"a":1]',
      ']',
      '[1]]',
      'null x',
      '[\u00a01]',
    ])
      expect([wrong, prettyJson(wrong)]).toEqual([wrong, undefined]);
  });

  test('says of each beginning of JSON that it is one, and loses nothing of it', () => {
    const whole = '{"a":[1.5e-3,true,null,{"é":"\\u00e9\\n\\"x"}],"b":false}';
    const withoutSpace = (json: string) =>
      json.replaceAll(/\n */g, '').replaceAll('": ', '":');
    for (let end = 1; end < whole.length; end++) {
      const cut = prettyJson(whole.slice(0, end));
      expect(cut?.isWhole).toBe(false);
      expect(withoutSpace(cut!.text)).toBe(whole.slice(0, end));
    }
    expect(prettyJson(whole)!.isWhole).toBe(true);
  });

  test('is quick with what is long, and gives up on what grows beyond measure', () => {
    const long = JSON.stringify('x\\'.repeat(2_000_000));
    expect(text(`[${long}]`)).toBe(`[\n  ${long}\n]`);
    expect(text('['.repeat(1_000_000))).toBeUndefined();
  });
});
