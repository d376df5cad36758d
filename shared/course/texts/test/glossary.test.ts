import { describe, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { madeUpTree } from '@on-the-wire/testing/made-up-tree.ts';
import { byName, glossaryFile, readGlossary } from '../glossary.ts';
import { readSections } from '../sections.ts';

const manifest = (order: number, title: string) =>
  JSON.stringify({ lesson: { title, question: 'How?', order, minutes: 9 } });

/** Two lessons, of which the second comes first; one has an exercise. */
const read = async (first: string, exercise = '') => {
  const root = await madeUpTree({
    'lessons/bells/package.json': manifest(2, 'Bells'),
    'lessons/bells/README.md': '# Bells\n\nThey ring.\n',
    'lessons/ask/package.json': manifest(1, 'Ask'),
    'lessons/ask/README.md': first,
    'lessons/ask/exercises/01-try/README.md': `# Try it (5 min)\n\n${exercise}`,
  });
  return readSections(join(root, 'lessons'));
};

const text = `# Ask

You ask.

## 1. Wait (4 min)

**Do.** A client waits after each failure. With [**backoff**](../GLOSSARY.md#backoff)
it waits longer each time, see [above](#ask) and \`a. B\`. A share of
[jitter](../GLOSSARY.md#jitter) keeps clients apart. A third sentence.

| what | why |
|---|---|
| [**ETag**](../GLOSSARY.md#etag) is a name for a state. | It is short. |

\`\`\`ts
not [**a term**](../GLOSSARY.md#a-term)
\`\`\`

## What people ask

<details><summary>Why?</summary>

[**\`wss://\`**](../GLOSSARY.md#wss) is a WebSocket over TLS.

</details>
`;

describe('sections', () => {
  test('are those of all lessons in reading order, exercises behind', async () => {
    const sections = await read(text, '## Hints\n\nNone.\n');
    expect(
      sections.map(({ file, line, title, step, anchor }) => [
        `${file}:${line}`,
        title,
        step,
        anchor,
      ]),
    ).toEqual([
      ['ask/README.md:1', 'Ask', undefined, 'ask'],
      ['ask/README.md:5', 'Wait', 1, '1-wait-4-min'],
      ['ask/README.md:19', 'What people ask', undefined, 'what-people-ask'],
      ['ask/exercises/01-try/README.md:1', 'Try it', undefined, 'try-it-5-min'],
      ['bells/README.md:1', 'Bells', undefined, 'bells'],
    ]);
  });

  test('have each paragraph, cell, question and line of code', async () => {
    const [, wait, people] = await read(text);
    const kinds = wait!.blocks.map(({ kind, line }) => `${kind} ${line}`);
    expect(kinds).toEqual([
      'heading 5',
      'words 7',
      'words 11',
      'words 11',
      'words 13',
      'words 13',
      'fence 16',
    ]);
    expect(people!.blocks[1]).toEqual({
      kind: 'words',
      markdown: 'Why?',
      line: 21,
      question: 'Why?',
    });
  });

  test('have no comment, but code that looks like one', async () => {
    const [section] = await read(
      '# Ask\n\nPress it. <!-- do: cut --> Then `<!-- look -->`. <!-- see:\nunit event -->\n',
    );
    expect(section?.blocks.map(({ markdown }) => markdown)).toEqual([
      'Ask',
      'Press it.  Then `<!-- look -->`.',
    ]);
  });
});

describe('the glossary', () => {
  test('has the sentence that explains a term, and the next', async () => {
    const terms = readGlossary(await read(text));
    expect(
      terms.map(({ id, name, meaning, line }) => [id, name, meaning, line]),
    ).toEqual([
      [
        'backoff',
        'backoff',
        'With **backoff** it waits longer each time, see above and `a. B`. ' +
          'A share of [jitter](#jitter) keeps clients apart.',
        7,
      ],
      ['etag', 'ETag', '**ETag** is a name for a state.', 13],
      ['wss', '`wss://`', '**`wss://`** is a WebSocket over TLS.', 23],
    ]);
  });

  test('is sorted by letters, and leads to each place', async () => {
    const terms = readGlossary(await read(text));
    expect(byName(terms).map(({ id }) => id)).toEqual([
      'backoff',
      'etag',
      'wss',
    ]);
    expect(glossaryFile(terms)).toContain(
      '\n## ETag\n\n**ETag** is a name for a state. ' +
        '[Ask, step 1](ask/README.md#1-wait-4-min)\n\n## `wss://`\n\n',
    );
    expect(glossaryFile(terms)).toContain(
      '[Ask, “What people ask”](ask/README.md#what-people-ask)\n',
    );
  });

  test('takes no label of a step along', async () => {
    const [term] = readGlossary(
      await read(
        '# A\n\n## 1. B (1 min)\n\n**Why.** [**A tap**](../GLOSSARY.md#a-tap) forwards.\n',
      ),
    );
    expect(term!.meaning).toBe('**A tap** forwards.');
  });
});
