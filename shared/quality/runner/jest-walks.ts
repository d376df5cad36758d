/**
 * For jest: what the walks through the lessons came to, engine by engine, and
 * proxy by proxy.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Engine } from '@on-the-wire/browser/engines.ts';
import { engineVersion } from '@on-the-wire/browser/version.ts';
import { engineNames } from '@on-the-wire/viewer/page/engine.ts';

/** What is read of jest's results. */
interface Results {
  testResults: {
    testResults: { ancestorTitles: string[]; status: string }[];
  }[];
}

/** A reporter that ends a run with a line for each engine and proxy of a walk. */
export default class Walks {
  onRunComplete(_contexts: unknown, results: Results): void {
    const lines = summaryOf(results, readVersions());
    if (lines.length > 0) process.stderr.write(`\n${lines.join('\n')}\n`);
  }
}

/**
 * A line for each engine, and for each proxy: what it is, which lessons passed
 * there, and which did not. A walk that was skipped for want of the engine or the
 * proxy is not told here.
 *
 * @param versions as far as they are known
 */
export function summaryOf(
  { testResults }: Results,
  versions: Partial<Record<string, string>>,
): string[] {
  const places = new Map<string, Map<string, boolean>>();
  for (const { ancestorTitles, status } of testResults.flatMap(
    (file) => file.testResults,
  )) {
    const [, lesson, where, name] =
      ancestorTitles
        .map((title) =>
          /^a walk through (\S+?),? (in|behind) (.+)$/.exec(title),
        )
        .find(Boolean) ?? [];
    if (!lesson || !name || !/passed|failed/.test(status)) continue;
    const title = where === 'in' ? (versions[name] ?? name) : name;
    const place = `${where} ${title}`;
    const lessons = places.get(place) ?? new Map<string, boolean>();
    places.set(place, lessons);
    const good = status === 'passed' && (lessons.get(lesson) ?? true);
    lessons.set(lesson, good);
  }
  // "in" comes after "behind" in the alphabet, and first here.
  const rank = ([place]: [string, unknown]) =>
    `${place.startsWith('in') ? 0 : 1} ${place.toLowerCase()}`;
  const sorted = [...places].sort((one, other) =>
    rank(one) < rank(other) ? -1 : 1,
  );
  return sorted.map(([place, walked]) => {
    const lessons = [...walked];
    const passed = lessons.filter(([, good]) => good);
    const failed = lessons.filter(([, good]) => !good);
    const list = (all: typeof lessons) => all.map(([lesson]) => lesson).sort();
    const parts = [
      ...(passed.length > 0 ? [`passed ${list(passed).join(', ')}`] : []),
      ...(failed.length > 0 ? [`FAILED ${list(failed).join(', ')}`] : []),
    ];
    return `Walks ${place}: ${parts.join('; ')}`;
  });
}

/** What the workers have opened. */
function readVersions(): Partial<Record<string, string>> {
  const { ON_THE_WIRE_PROGRESS: progress } = process.env;
  if (progress === undefined) return {};
  try {
    const text = readFileSync(join(dirname(progress), 'engines'), 'utf8');
    return Object.fromEntries(
      text
        .trim()
        .split('\n')
        .map((line) => {
          const { engine, version } = JSON.parse(line) as Opened;
          return [engineNames[engine], titleOf(engine, version)];
        }),
    );
  } catch {
    return {}; // none was opened
  }
}

interface Opened {
  engine: Engine;
  version: string;
}

/** "Firefox ESR 153.8.0 (Debian)". */
function titleOf(engine: Engine, opened: string): string {
  const { product, version, builder } = engineVersion(engine, opened);
  return `${product} ${version}${builder && ` (${builder})`}`;
}
