/** The ids that a Git host gives headings, and the shell gives folds. */

/**
 * The id of a heading: its words in small letters, with `-` for spaces, and a
 * number where the text had the same heading before.
 *
 * @param words of the heading, without marks
 * @param taken the ids of the headings before it; the new one is added
 */
export function hostAnchor(words: string, taken: Set<string>): string {
  const slug = words
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
  return unique(slug, taken);
}

/**
 * The id that the shell gives a fold, and the search leads to.
 *
 * @param summary as it is written between `<summary>` and `</summary>`
 */
export const questionId = (summary: string): string =>
  `question-${hostAnchor(summary, new Set())}`;

/** The text itself, or with a number behind it where it is taken. */
export function unique(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let more = 1; taken.has(id); more += 1) id = `${wanted}-${more}`;
  taken.add(id);
  return id;
}
