/**
 * Sentences by engine: each of the three engines has one, and each item says
 * of which it is.
 */
import {
  engineNames,
  findEngineLists,
  type EngineList,
} from '@on-the-wire/course/texts/by-engine.ts';
import type { Finding } from './finding.ts';
import { parser } from './markdown.ts';
import { filesOf, textOf } from './tree.ts';

const names = Object.values(engineNames);

/** Such a list, where it stands, and the text of its file line by line. */
interface Found extends EngineList {
  file: string;
  source: string[];
}

/** Looks at all texts in `lessons/`. */
export async function checkEngines(root: string): Promise<Finding[]> {
  return (await listsIn(root)).flatMap((list) => findingsOf(list));
}

/** Each list as people read it: where it stands, then an item a line. */
export async function sentencesByEngine(root: string): Promise<string[]> {
  return (await listsIn(root)).map(({ file, source, open, items }) => {
    const said = items.map(({ lines: [from, to] }) =>
      source
        .slice(from, to)
        .join(' ')
        .replaceAll(/<!--.*?-->|\*\*/g, '')
        .replaceAll(/\s+/g, ' ')
        .replace(/^- /, '  ')
        .trimEnd(),
    );
    return [`${file}:${open.map![0] + 1}`, ...said].join('\n');
  });
}

async function listsIn(root: string): Promise<Found[]> {
  const files = (await filesOf(root)).filter((file) =>
    /^lessons\/.*\.md$/.test(file),
  );
  const lists = await Promise.all(
    files.map(async (file) => {
      const text = (await textOf(root, file)) ?? '';
      const source = text.split('\n');
      return findEngineLists(parser.parse(text, {})).map((list) => ({
        ...list,
        file,
        source,
      }));
    }),
  );
  return lists.flat();
}

function findingsOf({ file, source, open, items }: Found): Finding[] {
  const findings: Finding[] = [];
  const said = items.flatMap(({ engines }) => engines);
  for (const { unknown, lines } of items)
    if (unknown.length > 0)
      findings.push({
        file,
        line: lines[0] + 1,
        found: source[lines[0]]!.trim(),
        expected: `- **${names.slice(0, 2).join(', ')}:** …, with names of ${names.join(', ')}`,
        remedy: 'Begin each item with the engines of which it is true.',
      });
  for (const [engine, name] of Object.entries(engineNames)) {
    const times = said.filter((each) => each === engine).length;
    if (times !== 1)
      findings.push({
        file,
        line: open.map![0] + 1,
        found: times === 0 ? `no item for ${name}` : `${name} ${times} times`,
        expected: `each of ${names.join(', ')} in one item`,
        remedy: 'Measure it there, and write what came.',
      });
  }
  return findings;
}
