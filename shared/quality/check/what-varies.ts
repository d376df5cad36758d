/**
 * What may differ between what the prose shows and what a program says. Two
 * tables, and everything else is compared to the byte:
 *
 * - what the prose had to make up, and the checker knows: it is put in before
 *   anything is compared or sent;
 * - what nobody can know before: it is compared by its form.
 */

/** The checker's own server, with which a fence is compared. */
export interface LessonAddress {
  port: number;
  /** Those of its further addresses, in the order of their names. */
  others: number[];
  /** Whether it speaks TLS. */
  tls: boolean;
  /** The run of its feed. */
  run: string;
}

const known: {
  what: string;
  /** What the prose calls it: all places of a fence in which it stands. */
  places(text: string): RegExp | undefined;
  value(server: LessonAddress): string;
}[] = [
  {
    what: 'the port of the lesson',
    places: () => /(?<=\b(?:127\.0\.0\.1|localhost):)4001\b/g,
    value: ({ port }) => String(port),
  },
  {
    what: 'the port of its next address',
    places: () => /(?<=\b(?:127\.0\.0\.1|localhost):)4002\b/g,
    value: ({ others: [next] }) => String(next ?? 4002),
  },
  {
    // A fence may begin with the id of a run that the server does not know.
    what: 'the run of a feed: the last that an id names, wherever it stands',
    places(text) {
      const run = [...text.matchAll(/\b([a-z0-9]{5})-\d+\b/g)].at(-1)?.[1];
      return run === undefined ? undefined : new RegExp(`\\b${run}\\b`, 'g');
    },
    value: ({ run }) => run,
  },
];

const forms: { what: string; form: RegExp }[] = [
  {
    what: 'a date (RFC 9110, 5.6.7)',
    form: /(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT/,
  },
  { what: 'a time of day', form: /\b\d\d:\d\d:\d\d(?:\.\d+)?\b/ },
  { what: 'a duration', form: /\b\d+(?:\.\d+)? ms\b/ },
  { what: 'a process id', form: /(?<=\b(?:pid|process) )\d+\b/ },
];

const some = '…';

/**
 * Puts what the checker knows into a fence: ports and the run of the feed.
 *
 * @param text the fence as it stands in the prose
 */
export function fillIn(text: string, server: LessonAddress): string {
  let filled = text;
  for (const { places, value } of known) {
    const madeUp = places(filled);
    if (madeUp) filled = filled.replaceAll(madeUp, value(server));
  }
  return filled;
}

/**
 * The numbers of a run's ids, in their order: `k3x9a-41` has 41.
 *
 * @param run the name of the run: `k3x9a`
 */
export function idsIn(text: string, run: string): number[] {
  return [...text.matchAll(new RegExp(`\\b${run}-(\\d+)\\b`, 'g'))].map(
    ([, n]) => Number(n),
  );
}

/** What a line of a fence stands for. */
function patternOf(line: string): RegExp {
  const any = forms.map(({ form }) => `(${form.source})`).join('|');
  let source = '';
  let from = 0;
  for (const match of line.matchAll(new RegExp(`${any}|${some}`, 'g'))) {
    source += RegExp.escape(line.slice(from, match.index));
    const form = forms[match.slice(1).findIndex((group) => group)];
    source += form ? form.form.source : '.+';
    from = match.index + match[0].length;
  }
  return new RegExp(`^${source}${RegExp.escape(line.slice(from))}$`);
}

/** What came of a comparison, line by line. */
export interface LinesCompared {
  /** How many of the actual lines were used; `undefined` if they differ. */
  used?: number;
  /** Where they differ: the furthest line of the fence that found nothing … */
  expected: number;
  /** … and the line that stood there instead, if any did. */
  found?: string | undefined;
  /** Whether they could still be the same if further lines came. */
  open: boolean;
}

/**
 * Compares the lines of a fence with those that came. In the fence, `…` is
 * some more of a line, and a line `…` is one more line, or several.
 *
 * @param whole whether nothing may follow; otherwise what follows is free
 */
export function compareLines(
  expected: string[],
  actual: string[],
  whole: boolean,
): LinesCompared {
  const patterns = expected.map((line) =>
    line.trim() === some ? undefined : patternOf(line),
  );
  const furthest: LinesCompared = {
    expected: 0,
    found: actual[0],
    open: false,
  };
  const failAt = (at: number, line: number): undefined => {
    furthest.open ||= line === actual.length;
    if (at < furthest.expected) return;
    furthest.expected = at;
    furthest.found = actual[line];
  };
  // Of each pair (line of the fence, line that came) it is enough to ask once.
  const hopeless = new Set<number>();
  const match = (at: number, line: number): number | undefined => {
    if (at === patterns.length) {
      if (!whole || line === actual.length) return line;
      return failAt(at, line);
    }
    const key = at * (actual.length + 1) + line;
    if (hopeless.has(key)) return;
    hopeless.add(key);
    const text = actual[line];
    if (text === undefined) return failAt(at, line);
    const pattern = patterns[at];
    if (pattern) {
      return pattern.test(text) ? match(at + 1, line + 1) : failAt(at, line);
    }
    return match(at + 1, line + 1) ?? match(at, line + 1);
  };
  const used = match(0, 0);
  return used === undefined ? furthest : { ...furthest, used };
}
