/**
 * Two sequences side by side: what is the same stands in one row, what is
 * missing leaves its place free. After Myers, "An O(ND) Difference Algorithm"
 * (1986), written here rather than taken from a package, because it goes into
 * every saved page, where a package's licence would have to go too.
 *
 * Time and memory are bounded: after `MOST_EDITS` differences the way that came
 * farthest is taken, and the search begins again from its end. Within so many
 * differences no alignment has more in common.
 */

/**
 * Differences that are searched through at once, counted. Memory grows with
 * their square, time with their number for each item.
 */
const MOST_EDITS = 128;

/** One row: an index of each side; undefined where that side has nothing. */
export interface AlignedPair {
  a: number | undefined;
  b: number | undefined;
  isSame: boolean;
}

/**
 * Aligns two sequences by equality.
 *
 * @returns every index of both once, each side's in order. Items that differ
 *   and follow each other are paired: the first with the first.
 */
export function align<T>(a: ArrayLike<T>, b: ArrayLike<T>): AlignedPair[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let [aEnd, bEnd] = [a.length, b.length];
  while (aEnd > start && bEnd > start && a[aEnd - 1] === b[bEnd - 1]) {
    aEnd--;
    bEnd--;
  }
  const pairs: AlignedPair[] = [];
  const same = (i: number, j: number) =>
    pairs.push({ a: i, b: j, isSame: true });
  for (let i = 0; i < start; i++) same(i, i);
  let [i, j] = [start, start];
  const differing = (iEnd: number, jEnd: number) => {
    for (; i < iEnd || j < jEnd; i++, j++)
      pairs.push({
        a: i < iEnd ? i : undefined,
        b: j < jEnd ? j : undefined,
        // After a search that was cut short, they may be equal.
        isSame: i < iEnd && j < jEnd && a[i] === b[j],
      });
    [i, j] = [iEnd, jEnd];
  };
  for (const [x, y] of matches(a, b, start, aEnd, bEnd)) {
    differing(x, y);
    same(i++, j++);
  }
  differing(aEnd, bEnd);
  for (; i < a.length; i++, j++) same(i, j);
  return pairs;
}

/** Pairs that are the same, in order: as many as there can be, or almost. */
function matches<T>(
  a: ArrayLike<T>,
  b: ArrayLike<T>,
  from: number,
  aEnd: number,
  bEnd: number,
): [number, number][] {
  const found: [number, number][] = [];
  for (let [i, j] = [from, from]; i < aEnd && j < bEnd;) {
    const [x, y, pairs] = search(a, b, [i, aEnd], [j, bEnd]);
    for (const pair of pairs) found.push(pair);
    [i, j] = [i + x, j + y];
  }
  return found;
}

type Way = [x: number, y: number, pairs: [number, number][]];

/** How far it came, and the pairs on the way. */
function search<T>(
  a: ArrayLike<T>,
  b: ArrayLike<T>,
  [aStart, aEnd]: [number, number],
  [bStart, bEnd]: [number, number],
): Way {
  const [n, m] = [aEnd - aStart, bEnd - bStart];
  const most = Math.min(n + m, MOST_EDITS);
  // `reached[k]` is how far in a the diagonal k = x - y was followed.
  const reached = new Int32Array(2 * most + 3);
  const middle = most + 1;
  const steps: Int32Array[] = [];
  const wayTo = (x: number, y: number, k: number): Way => {
    const pairs = walkBack(steps, k, x, y);
    return [x, y, pairs.map(([i, j]) => [aStart + i, bStart + j])];
  };
  for (let edits = 0; ; edits++) {
    let best = { x: 0, k: 0, sum: -1 };
    for (let k = -edits; k <= edits; k += 2) {
      const isDown =
        k === -edits ||
        (k !== edits && reached[middle + k - 1]! < reached[middle + k + 1]!);
      let x = isDown ? reached[middle + k + 1]! : reached[middle + k - 1]! + 1;
      while (x < n && x - k < m && a[aStart + x] === b[bStart + x - k]) x++;
      reached[middle + k] = x;
      if (x >= n && x - k >= m) return wayTo(n, m, k);
      if (x <= n && x - k <= m && 2 * x - k > best.sum)
        best = { x, k, sum: 2 * x - k };
    }
    if (edits === most) return wayTo(best.x, best.x - best.k, best.k);
    steps.push(reached.slice(middle - edits, middle + edits + 1));
  }
}

/** From the end to the beginning, along what each step had reached. */
function walkBack(
  steps: Int32Array[],
  last: number,
  n: number,
  m: number,
): [number, number][] {
  const found: [number, number][] = [];
  let [x, y, k] = [n, m, last];
  const follow = (to: number) => {
    while (x > to) found.push([--x, --y]);
  };
  for (let edits = steps.length; edits > 0; edits--) {
    const before = steps[edits - 1]!;
    const at = (diagonal: number) => before[diagonal + edits - 1] ?? -1;
    const isDown = k === -edits || (k !== edits && at(k - 1) < at(k + 1));
    const came = isDown ? at(k + 1) : at(k - 1);
    follow(isDown ? came : came + 1);
    k += isDown ? 1 : -1;
    [x, y] = [came, came - k];
  }
  follow(0);
  return found.reverse();
}
