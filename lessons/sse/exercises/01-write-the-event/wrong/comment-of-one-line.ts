// Wrong: a comment's second line is a field.
// Told: A line of the comment is no comment

export { encodeEvent } from '../solution.ts';

export function encodeComment(text: string): string {
  return `: ${text}\n\n`;
}
