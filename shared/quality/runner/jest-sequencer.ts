/**
 * In which order jest runs files of tests. By itself it goes by how long each
 * took the last time, and in a fresh clone by their sizes: there the files that
 * take longest, which are three lines that prove exercises, came last, and one
 * worker waited for them alone.
 */
import { statSync } from 'node:fs';

/** What is read of jest's own description of a file. */
interface TestFile {
  path: string;
}

/** What takes longest: proofs and the student, then tests of pages. */
const longest = [
  /[/\\](?:proofs[/\\]|student\.test\.ts$)/,
  /[/\\.]page\.test\.ts$/,
];

function rankOf(path: string): number {
  const rank = longest.findIndex((kind) => kind.test(path));
  return rank < 0 ? longest.length : rank;
}

/** Begins with the files that take longest, so that no worker ends alone. */
export default class LongestFirst {
  sort<Test extends TestFile>(tests: readonly Test[]): Test[] {
    const known = tests.map((test) => {
      const { path } = test;
      return { test, rank: rankOf(path), size: statSync(path).size };
    });
    known.sort((a, b) => a.rank - b.rank || b.size - a.size);
    return known.map(({ test }) => test);
  }

  /** jest would keep here how long each took. */
  cacheResults(): void {}
}
