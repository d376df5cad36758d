/** The exchanges of the run that a page shows: one set for all who ask. */
import { Exchanges } from '../exchanges.ts';
import type { Source } from '../source.ts';

/** So many lines are kept at least, of a live run. */
const KEPT = 100_000;

const known = new WeakMap<Source, Exchanges>();

/**
 * The exchanges of a run, up to date with its lines. To be called first when
 * the page begins, or what came before is missing.
 */
export function exchangesOf(source: Source): Exchanges {
  const already = known.get(source);
  if (already) return already;
  const exchanges = new Exchanges();
  known.set(source, exchanges);
  let first = 0;
  source.follow(({ lines }) => {
    exchanges.add(lines);
    const last = lines.at(-1)?.n ?? 0;
    // In steps: to forget some costs as much as to forget many.
    if (!source.isLive || last - first < 1.1 * KEPT) return;
    first = last - KEPT;
    exchanges.dropBefore(first);
  });
  return exchanges;
}
