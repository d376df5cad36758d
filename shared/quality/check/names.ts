/**
 * An exported name means one thing in all of shared, so that a reader who finds
 * it in an import, a search or a stack trace knows which one it is. Declared
 * exports count, types included; what is only re-exported (`export … from`) is
 * declared elsewhere. Files below `test/` may call theirs as they like, and those
 * of `pack/packed` have the names of the modules whose place they take.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from './finding.ts';
import { filesOf } from './tree.ts';

/** A contract that many files fulfil: every server of a lesson exports it. */
const contracts = new Set(['createServer']);

/** Files whose names are of no concern to others. */
const ownNames = /\/test\/|^shared\/pack\/packed\//;

/** At the left edge, as prettier leaves it: deeper ones are no exports. */
const declaration =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const|let|enum) +([\w$]+)/gm;

/**
 * Finds exported names that are declared in more than one file.
 *
 * @param root of the tree
 * @returns a finding for each such name, at its first declaration
 */
export async function checkNames(root: string): Promise<Finding[]> {
  const files = (await filesOf(root)).filter(
    (file) => /^shared\/.*\.ts$/.test(file) && !ownNames.test(file),
  );
  const texts = await Promise.all(
    files.map((file) => readFile(join(root, file), 'utf8')),
  );
  /** By name: the line of its first declaration in each file. */
  const declared = new Map<string, Map<string, number>>();
  for (const [index, text] of texts.entries())
    for (const { 1: name = '', index: at } of text.matchAll(declaration)) {
      const places = declared.get(name) ?? new Map<string, number>();
      declared.set(name, places);
      const line = text.slice(0, at).split('\n').length;
      if (!places.has(files[index]!)) places.set(files[index]!, line);
    }
  return [...declared].flatMap(([name, places]) => {
    if (places.size === 1 || contracts.has(name)) return [];
    const [[file, line]] = [...places] as [[string, number]];
    const all = [...places].map(([path, at]) => `${path}:${at}`);
    return {
      file,
      line,
      found: `${name}, exported by ${all.join(' and ')}`,
      expected: 'one meaning for each name',
      remedy: `Call all but one of them by what they are, in the words of the standards or of the trade.`,
    };
  });
}
