import { describe, expect, test } from '@jest/globals';
import { kinds } from '../kinds.ts';
import {
  ConditionError,
  parseAction,
  parseCondition,
  parseDecision,
} from '../parse.ts';

/** What a unit's atom is where nothing is said of it. */
const plain = {
  what: 'unit',
  how: 'came',
  direction: undefined,
  texts: [],
  field: undefined,
  bytes: undefined,
  broken: false,
  link: undefined,
};
const fault = { what: 'fault', values: undefined, link: undefined };

describe('a condition', () => {
  test.each([
    ['fault reset set', { ...fault, name: 'reset', change: 'set' }],
    ['fault down lifted', { ...fault, name: 'down', change: 'lifted' }],
    [
      'fault idle=8s set',
      { ...fault, name: 'idle', values: '8s', change: 'set' },
    ],
    [
      'fault stall=5%,1s set @a-b',
      { ...fault, name: 'stall', values: '5%,1s', change: 'set', link: 'a-b' },
    ],
    ['faults none', { what: 'no faults' }],
    ['cut', { what: 'cut', times: 1 }],
    ['cut 3 times', { what: 'cut', times: 3 }],
    ['unit event', { ...plain, kind: 'event' }],
    ['opened body part', { ...plain, how: 'opened', kind: 'body part' }],
    [
      'unit http/1.1 request headers up "GET /events" with Last-Event-ID',
      {
        ...plain,
        kind: 'http/1.1 request headers',
        direction: 'up',
        texts: ['GET /events'],
        field: 'Last-Event-ID',
      },
    ],
    [
      'unit websocket binary bytes 9 to 9 down broken "a; b and" "c" @x-y',
      {
        ...plain,
        kind: 'websocket binary',
        direction: 'down',
        texts: ['a; b and', 'c'],
        bytes: [9, 9],
        broken: true,
        link: 'x-y',
      },
    ],
    ['note end', { what: 'note', kind: 'end', text: undefined }],
    [
      'note open @l',
      { what: 'note', kind: 'open', text: undefined, link: 'l' },
    ],
    ['note fault "cut"', { what: 'note', kind: 'fault', text: 'cut' }],
    [
      'page state is "open"',
      { what: 'page', name: 'state', test: { how: 'is', text: 'open' } },
    ],
    [
      'page seen has "missed"',
      { what: 'page', name: 'seen', test: { how: 'has', text: 'missed' } },
    ],
    [
      'page seen lacks ""',
      { what: 'page', name: 'seen', test: { how: 'lacks', text: '' } },
    ],
    [
      'page bytes 0.5 to 300',
      {
        what: 'page',
        name: 'bytes',
        test: { how: 'range', from: 0.5, to: 300 },
      },
    ],
    ['file page/page.ts saved', { what: 'file', name: 'page/page.ts' }],
    [
      'request HEAD /board from outside',
      { what: 'request', method: 'HEAD', path: '/board', link: undefined },
    ],
  ])('%s', (text, atom) => {
    expect(parseCondition(text)).toEqual([atom]);
  });

  test('joins atoms by "and", over several lines', () => {
    expect(
      parseCondition('  cut 2 times\n  and page state is "this and that"\n'),
    ).toEqual([
      { what: 'cut', times: 2 },
      {
        what: 'page',
        name: 'state',
        test: { how: 'is', text: 'this and that' },
      },
    ]);
  });

  test.each(kinds)('names the kind %s', (kind) => {
    expect(parseCondition(`unit ${kind} up`)).toEqual([
      { ...plain, kind, direction: 'up' },
    ]);
  });

  const words = 'fault, faults, cut, unit, opened, note, page, file or request';
  test.each([
    ['', 'found its end', words],
    ['eval("1")', 'found "eval("', words],
    ['"fault" reset set', 'found "fault"', words],
    ['cut and', 'found its end', words],
    ['cut cut', 'found "cut"', 'a number and "times", or nothing'],
    ['cut 2', 'found its end', '"times"'],
    ['cut -1 times', 'found "-1"', 'a number and "times", or nothing'],
    ['fault', 'found its end', 'the name of a fault'],
    ['fault reset', 'found its end', 'set or lifted'],
    ['fault reset set b-a', 'found "b-a"', 'nothing more, or "and"'],
    ['faults some', 'found "some"', '"none"'],
    ['unit events', 'found "events"', 'a kind of unit, such as event'],
    ['unit event sideways', 'found "sideways"', 'up, down, "text", with FIELD'],
    ['unit event with', 'found its end', 'a header or field'],
    ['unit event bytes 9', 'found its end', '"A to B"'],
    ['unit event bytes 9 to 5', 'found 9 to 5', 'the smaller number first'],
    ['note close', 'found "close"', 'open, end or fault'],
    ['page', 'found its end', 'an id or a name of the page'],
    ['page state is open', 'found "open"', 'a text in quotation marks'],
    [
      'page state "open"',
      'found "open"',
      'is, has or lacks "text", or "A to B"',
    ],
    ['page state is "open', 'is not closed', 'a second one'],
    ['file news.ts', 'found its end', '"saved"'],
    ['request get /x from outside', 'found "get"', 'a method such as GET'],
    ['request GET x from outside', 'found "x"', 'a path that begins with "/"'],
    ['request GET /x', 'found its end', '"from outside"'],
  ])('refuses %p', (text, found, expected) => {
    expect(() => parseCondition(text)).toThrow(ConditionError);
    expect(() => parseCondition(text)).toThrow(/^Reading /);
    expect(() => parseCondition(text)).toThrow(found);
    expect(() => parseCondition(text)).toThrow(`expected ${expected}`);
  });
});

describe('an action', () => {
  test('has a condition, or a reason why not', () => {
    expect(parseAction(' cut ')).toEqual({
      condition: [{ what: 'cut', times: 1 }],
    });
    expect(parseAction(' nothing, you only\n read ')).toEqual({
      nothing: 'you only read',
    });
  });

  test('does not do without the reason', () => {
    for (const text of ['nothing', 'nothing,', 'nothing at all'])
      expect(() => parseAction(text)).toThrow('found no reason');
  });
});

describe('what decides', () => {
  test('is one clause for each guess that a run can show', () => {
    expect(
      parseDecision(
        '2 if page seen lacks "; 1"; 1 if page seen has "x" and cut',
      ),
    ).toEqual({
      clauses: [
        {
          guess: 2,
          condition: [
            {
              what: 'page',
              name: 'seen',
              test: { how: 'lacks', text: '; 1' },
            },
          ],
        },
        {
          guess: 1,
          condition: [
            { what: 'page', name: 'seen', test: { how: 'has', text: 'x' } },
            { what: 'cut', times: 1 },
          ],
        },
      ],
    });
  });

  test('may be nothing, with the reason', () => {
    expect(parseDecision('after 2: 1 if cut')).toEqual({
      clauses: [{ guess: 1, condition: [{ what: 'cut', times: 1 }] }],
      after: 2,
    });
    expect(parseDecision('nothing, it would take two minutes')).toEqual({
      nothing: 'it would take two minutes',
    });
  });

  test.each([
    ['', 'found ""'],
    ['if cut', 'found "if cut"'],
    ['0 if cut', 'found "0 if cut"'],
    ['2 if ', 'found "2 if"'],
    ['2 if cut; ', 'found ""'],
    ['2 if cut 3', 'found its end'],
    ['after 0: 2 if cut', 'found "after 0: 2 if cut"'],
  ])('is not %p', (text, found) => {
    expect(() => parseDecision(text)).toThrow(ConditionError);
    expect(() => parseDecision(text)).toThrow(found);
  });
});
