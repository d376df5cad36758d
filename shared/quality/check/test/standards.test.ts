import { describe, expect, test } from '@jest/globals';
import { checkStandards, type Standards } from '../standards.ts';
import { madeUpTree, type Files } from './made-up-tree.ts';

const standards: Standards = {
  'RFC 9113': {
    title: 'HTTP/2',
    source: 'RFC Editor, June 2022',
    sections: {
      '4.1': 'Frame Format',
      '6.8': ['GOAWAY', 'leave', 'last stream'],
      '5.2': 'The Use of Windows',
      '9.1': 'Overview',
    },
  },
  MQTT: {
    title: 'MQTT Version 3.1.1',
    source: 'OASIS Standard, 29 October 2014',
    sections: { '3.3.1': 'Retain' },
  },
};

async function check(files: Files) {
  return checkStandards(await madeUpTree(files), standards);
}

const file = 'lessons/talk/README.md';
const found = async (text: string) =>
  (await check({ [file]: text })).map(
    ({ line, found: what, expected }) => `${line}: ${what}, ${expected}`,
  );

describe('beside a citation stands a word of its title', () => {
  test.each([
    'A frame has nine bytes (RFC 9113, 4.1).',
    'The framing is simple: RFC 9113, 4.1.',
    'The format, [RFC 9113](https://x.org), 4.1.',
    'Frames and GOAWAY: RFC 9113, 4.1 and 6.8.',
    'The last of them is named (RFC 9113, 6.8).',
    'As `goAwayFrame` says: RFC 9113, 6.8. It leaves.',
    'An overview: RFC 9113, 9.1.',
    'HTTP/2 has it (RFC 9113).',
  ])('%s', async (text) => {
    expect(await found(`${text}\n`)).toEqual([]);
  });

  test.each([
    [
      'Nine bytes (RFC 9113, 4.1).',
      '1: RFC 9113, 4.1: “Frame Format”, beside it one of the words frame, format',
    ],
    [
      'Frames: RFC 9113, 4.1 and 6.8.',
      '1: RFC 9113, 6.8: “GOAWAY”, beside it one of the words goaway, leave, last, stream',
    ],
    [
      'The use of it: RFC 9113, 5.2.',
      '1: RFC 9113, 5.2: “The Use of Windows”, beside it one of the words windows',
    ],
    [
      'A frame.\n\nNine bytes:\nRFC 9113, 4.1.',
      '4: RFC 9113, 4.1: “Frame Format”, beside it one of the words frame, format',
    ],
  ])('or it is told: %s', async (text, expected) => {
    expect(await found(`${text}\n`)).toEqual([expected]);
  });
});

test.each([
  ['A frame: RFC 9113, 4.2.', 'of RFC 9113 it has 4.1, 6.8, 5.2, 9.1'],
  ['A frame: RFC 9114.', 'standards.json names'],
  ['A frame: RFC 9114, 4.1.', 'standards.json names'],
])('what the table has not is told: %s', async (text, expected) => {
  const [finding, ...more] = await check({ [file]: `${text}\n` });
  expect(more).toEqual([]);
  expect(finding?.expected).toContain(expected);
});

test('another form is told, with the one that is used', async () => {
  expect(await found('A frame: RFC 9113 section 4.1.\n')).toEqual([
    '1: RFC 9113 section 4.1, RFC 9113, 4.1',
  ]);
});

describe('of code', () => {
  const code = async (text: string, name = 'shared/wire/x.ts') =>
    (await check({ [name]: text })).map(({ line }) => line);
  const apart = 'x();\n'.repeat(6);

  test('a comment is read with what it stands above', async () => {
    expect(await code(`${apart}// RFC 9113, 4.1.\nreadFrame();\n`)).toEqual([]);
    expect(await code(`${apart}// RFC 9113, 4.1.\n${apart}frame;`)).toEqual([
      7,
    ]);
    expect(await code(`frame;\n${apart}// RFC 9113, 4.1.\n`)).toEqual([8]);
  });

  test('a string is read with the code around it', async () => {
    expect(await code("frame(\n'it',\n'RFC 9113, 4.1');\n")).toEqual([]);
    expect(await code("f('RFC 9113, 4.1',\n'frame');\n")).toEqual([]);
    expect(await code(`frame;${apart}f('RFC 9113, 4.1');\n`)).toEqual([7]);
  });

  test('a file is named after what it is about', async () => {
    const text = `${apart}// RFC 9113, 4.1.\n`;
    expect(await code(text, 'lessons/talk/frame.ts')).toEqual([]);
    expect(await code(text, 'lessons/frame/talk.ts')).toEqual([7]);
    expect(await code('// RFC 9113, 4.1.\n', 'lessons/frame/x.ts')).toEqual([]);
  });

  test('in the files about MQTT a number is a section', async () => {
    const text = "field('retain', '3.3.1');\n";
    expect(await code(text, 'shared/wire/mqtt/x.ts')).toEqual([]);
    expect(
      await code(text.replace('3.3.1', '3.3.2'), 'shared/wire/mqtt/x.ts'),
    ).toEqual([1]);
    expect(await code("f('retain', '3.3.2');\n")).toEqual([]);
  });

  test('tests may cite as they like', async () => {
    expect(await code('// RFC 1, 1.\n', 'shared/wire/test/x.test.ts')).toEqual(
      [],
    );
  });
});

test('the table names the source of each standard', async () => {
  const { default: table } = await import('../standards.json', {
    with: { type: 'json' },
  });
  for (const [name, { source }] of Object.entries(table))
    expect(`${name}: ${source}`).toMatch(/: .+ (?:19|20)\d\d$/);
});
