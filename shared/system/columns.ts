/** How many columns of a terminal a text takes. */

const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
/** What is drawn onto the character before it, or not at all. */
const narrow = /\p{Mn}|\p{Me}|[\u200b-\u200c]|\u200d|\ufe0f/u;

/** @param character one code point, and none that controls a terminal */
export function widthOf(character: string): 0 | 1 | 2 {
  if (narrow.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}
