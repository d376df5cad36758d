import { expect, test } from '@jest/globals';
import {
  glossaryFile,
  readGlossary,
} from '@on-the-wire/course/texts/glossary.ts';
import { readSections } from '@on-the-wire/course/texts/sections.ts';
import { join } from 'node:path';
import { checkGlossary } from '../glossary.ts';
import { goodTree, madeUpTree, tutorialWith } from './made-up-tree.ts';

const link = (name: string, id = name) => `[**${name}**](../GLOSSARY.md#${id})`;
const explained = `A client adds ${link('jitter')}, a random share, to each wait.`;

/** Checks a tree whose glossary is up to date, or the one that is given. */
async function check(tutorial: string, glossary?: string) {
  const files = { ...goodTree, 'lessons/talk/README.md': tutorial };
  const lessons = join(await madeUpTree(files), 'lessons');
  const text = glossary ?? glossaryFile(readGlossary(readSections(lessons)));
  return checkGlossary(
    await madeUpTree({ ...files, 'lessons/GLOSSARY.md': text }),
  );
}

test('a term that is explained where it is used first is fine', async () => {
  const later = 'Without jitter they all return at once.';
  expect(await check(tutorialWith(`${explained}\n\n${later}`))).toEqual([]);
});

test('a glossary that the tutorials do not make is found', async () => {
  const found = await check(tutorialWith(explained), '# Glossary\n');
  expect(found).toEqual([
    expect.objectContaining({
      file: 'lessons/GLOSSARY.md',
      found: 'another text than the tutorials make',
      remedy: expect.stringContaining('check --write'),
    }),
  ]);
});

test('a use before the explanation is found, but not in code', async () => {
  const before = 'Some `jitter`.\n\nThere is Jitter here.';
  const found = await check(tutorialWith(`${before}\n\n${explained}`));
  expect(found).toEqual([
    expect.objectContaining({
      file: 'lessons/talk/README.md',
      found: expect.stringMatching(
        /^jitter, which is explained in lessons\/talk/,
      ),
    }),
  ]);
  const { line } = found[0]!;
  const text = tutorialWith(`${before}\n\n${explained}`).split('\n');
  expect(text[line! - 1]).toBe('There is Jitter here.');
});

test('an abbreviation is not the word that is spelt so', async () => {
  const about = `What we call ${link('CORS', 'cors')} is a set of headers for pages.`;
  expect(await check(tutorialWith(`His cors.\n\n${about}`))).toEqual([]);
  expect(await check(tutorialWith(`By CORS.\n\n${about}`))).toHaveLength(1);
});

test('a second explanation is found, and where the first is', async () => {
  const found = await check(tutorialWith(`${explained}\n\n${explained}`));
  expect(found).toEqual([
    expect.objectContaining({
      found: 'jitter is explained once more',
      expected: expect.stringMatching(/lessons\/talk\/README\.md:\d+$/),
    }),
  ]);
});

test('a link to another id than the heading gets is found', async () => {
  const wrong = `A client adds ${link('jitter', 'lot')}, a random share, to each wait.`;
  expect(await check(tutorialWith(wrong))).toEqual([
    expect.objectContaining({
      found: 'jitter is linked to #lot',
      expected: expect.stringContaining('#jitter'),
    }),
  ]);
});

test('a term without an explanation is found', async () => {
  expect(await check(tutorialWith(`Add ${link('jitter')}.`))).toEqual([
    expect.objectContaining({
      found: 'jitter is explained in 2 words: Add **jitter**.',
    }),
  ]);
});

test('more than sixty terms are too many', async () => {
  const terms = Array.from(
    { length: 61 },
    (_, n) => `The word ${link(`term-${n}x`)} is the name of one more thing.`,
  );
  expect(await check(tutorialWith(terms.join('\n\n')))).toEqual([
    expect.objectContaining({ found: '61 terms' }),
  ]);
});
