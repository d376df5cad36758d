/** What `tell` got, compared with what it should have got. */

/** Both from where they are of interest, and where they differ. */
export interface Difference {
  title: string;
  expected: string;
  came: string;
  /** The index in `came`. */
  at: number;
}

const shown = 24; // characters before the difference

/**
 * The first difference, and what it is called.
 *
 * @param pieces that should have been told, in order
 * @param told all that was
 */
export function compare(pieces: string[], told: string): Difference {
  const wanted = pieces.join('');
  let at = 0;
  while (at < told.length && told[at] === wanted[at]) at += 1;
  // Where the piece begins in which they differ.
  let begin = 0;
  let count = 0;
  while (count < pieces.length && begin + pieces[count]!.length <= at) {
    begin += pieces[count]!.length;
    count += 1;
  }
  const rest = told.slice(begin);
  const startsWithOneOf = (some: string[]) =>
    some.some((piece) => piece !== '' && rest.startsWith(piece));
  let title = 'tell gets another text than was sent';
  if (told.length === at) title = 'A piece is not told when its event has come';
  else if (startsWithOneOf(pieces.slice(0, count)))
    title = 'A piece is told twice';
  else if (startsWithOneOf(pieces.slice(count + 1))) title = 'A piece is lost';
  else if (told.includes('\uFFFD'))
    title = 'A character is lost where a read ends';
  const from = Math.max(0, at - shown);
  const mark = from > 0 ? '… ' : '';
  return {
    title,
    expected: mark + wanted.slice(from, at + 2 * shown),
    came: mark + told.slice(from, at + 2 * shown),
    at: mark.length + at - from,
  };
}
