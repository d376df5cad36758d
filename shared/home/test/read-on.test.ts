import { expect, test } from '@jest/globals';
import { choose } from '@on-the-wire/compare/choosing/choose.ts';
import { products } from '@on-the-wire/compare/choosing/products.ts';
import { readOn } from '@on-the-wire/compare/choosing/read-on.ts';
import { tableOver } from '@on-the-wire/compare/choosing/table.ts';
import { readEntries } from '../search/entries.ts';
import { idInShell } from '../search/message.ts';

test('what a product’s maker is told to read is there', () => {
  const places = readEntries().flatMap(({ place }) =>
    'section' in place && !place.section.exercise
      ? [
          `${place.section.lesson.name} ${idInShell(place.section, place.question)}`,
        ]
      : [],
  );
  const led = Object.values(products).flatMap(({ answers }) =>
    readOn(answers, choose(answers, tableOver('1.1'))).map(
      ({ lesson, hash }) => `${lesson} ${hash}`,
    ),
  );
  expect(new Set(led).size).toBeGreaterThan(6);
  expect(places).toEqual(expect.arrayContaining(led));
});
