import { describe, expect, test } from '@jest/globals';
import { checkWords } from '../words.ts';
import { exceptions as ours, type WordException } from '../words-exceptions.ts';
import { filesOf, textOf } from '../tree.ts';
import { textsOf } from '../texts.ts';
import { root } from '../../runner/run-tests.ts';
import { madeUpTree, type Files } from './made-up-tree.ts';

async function check(files: Files, exceptions: WordException[] = []) {
  return checkWords(await madeUpTree(files), exceptions);
}

/** What is found in a sentence: the words in brackets. */
async function foundIn(sentence: string): Promise<string[]> {
  const findings = await check({ 'a.md': `${sentence}\n` });
  return findings.map(({ found }) => /\[(.*)\]/.exec(found)?.[1] ?? found);
}

describe('a word that has a better one is found', () => {
  test.each([
    ['The server answers.', 'answers'],
    ['Each question costs 500 bytes.', 'question'],
    ['The head of it ends. Heads are large.', 'Heads'],
    ['A delay by lot.', 'by lot'],
    ['The page draws lots.', 'draws lots'],
    ['It says goodbye.', 'goodbye'],
    ['The connection is torn down.', 'torn down'],
    ['Its patience ends.', 'patience'],
    ['A stranger may come in.', 'stranger'],
    ['Another of the neighbours.', 'neighbours'],
    ['The page comes back after a cut.', 'comes back'],
    ['It sends signs of life.', 'signs of life'],
    ['Each try gets the whole time.', 'whole time'],
    ['Ask again later.', 'Ask again'],
    ['On a slow line it shows.', 'slow line'],
    ['When the line is cut, wait.', 'line is cut'],
    ['Cut the line: it ends.', 'Cut the line'],
    ['Three requests go over one line.', 'over one line'],
    ['Over a short line, they are cheap.', 'Over a short line'],
    ['It is 122 bytes on the line.', 'on the line'],
    ['On a slow connection, by one line, it waits.', 'by one line'],
    ['When the line breaks, wait.', 'When the line breaks'],
    ['Who splits at LF has a hole.', 'Who splits at LF has a hole.'],
    ['Wait; who has not read by then is cut off.', 'who has not read'],
    ['Whoever waits is told.', 'Whoever waits is told.'],
    ['A client that is more patient.', 'more patient'],
    ['It sends one each 300 ms.', 'each 300 ms'],
    ['By HTTP/2, and by TLS.', 'by TLS'],
    ['Look lest it ends.', 'lest'],
  ])('%s', async (sentence, word) => {
    const found = await foundIn(sentence);
    expect(found.join()).toContain(word);
    expect(found).toHaveLength(1);
  });
});

describe('the same word in another meaning is left alone', () => {
  test.each([
    'Your answer is right, and the answer to the exercise is short.',
    'head-of-line blocking; the head of the queue; ahead, overhead, HEAD.',
    'A lot of bytes.',
    'The response comes back.',
    'A long line of text; one line of the file; the last line.',
    'Break the line: a line break, and the line breaks of a text.',
    'Each line of the wire; short lines; each field on one line.',
    'Where the line ends, where a line is cut.',
    'See the questions at the end.',
    'Who sends this? Whose is it? Who may read: the one that is asked.',
    'Who calls whom, and the port that is called instead.',
    'A patient rings.',
    'See /answers, .anew and #head.',
    'Each second-level domain; each of them.',
    'Sent by HTTPS-only code.',
    'There, where it adheres.',
    'Set by `HTTP`, and `answer`.',
  ])('%s', async (sentence) => {
    expect(await foundIn(sentence)).toEqual([]);
  });
});

test('a finding names its line, the words around, and what to say', async () => {
  expect(
    await check({ 'a.md': '# Title\n\nOne line,\nthen an answer\nto it.\n' }),
  ).toEqual([
    {
      file: 'a.md',
      line: 4,
      found: 'One line, then an [answer] to it.',
      expected: expect.stringMatching(/^response/),
      remedy: expect.any(String),
    },
  ]);
});

test('texts, pages, comments and strings are looked at', async () => {
  const findings = await check({
    'a.md': 'An answer.\n',
    'a.html': '<p>An answer.</p>\n',
    'a.ts': "// An answer.\nsay('no answer');\n",
    'test/a.test.ts': '// An answer.\n',
  });
  expect(findings.map(({ file, line }) => `${file}:${line}`)).toEqual([
    'a.html:1',
    'a.md:1',
    'a.ts:1',
    'a.ts:2',
    'test/a.test.ts:1',
  ]);
});

test('the element head is none of a response', async () => {
  expect(
    await check({ 'a.ts': "const page = '<html> <head> </head>';\n" }),
  ).toEqual([]);
});

test('titles, names, code and what tests send are not', async () => {
  expect(
    await check({
      'a.md': '# The answer\n\n```ts\nanswer // the answer\n```\n',
      'a.ts': "answer('answer'); // See `answer`.\n",
      'test/a.test.ts': "send('an answer');\n",
    }),
  ).toEqual([]);
});

test('an exception holds for its files and its phrase only', async () => {
  const exceptions = [
    { files: /^a\.md$/, words: /\bfinal answers?\b/g, reason: 'a saying' },
  ];
  const text = 'The final answer.\n\nAn answer.\n';
  const findings = await check({ 'a.md': text, 'b.md': text }, exceptions);
  expect(findings.map(({ file, line }) => `${file}:${line}`)).toEqual([
    'a.md:3',
    'b.md:1',
    'b.md:3',
  ]);
});

test('each of our exceptions excuses something', async () => {
  const files = await filesOf(root);
  const unused = await Promise.all(
    ours.map(async ({ files: where, words, reason }) => {
      for (const file of files.filter((path) => where.test(path)))
        if (/\.(?:md|html|ts|cjs)$/.test(file))
          for (const text of textsOf(file, (await textOf(root, file)) ?? ''))
            if (text.words.search(words) >= 0) return [];
      return [`${words}: ${reason}`];
    }),
  );
  expect(unused.flat()).toEqual([]);
});
