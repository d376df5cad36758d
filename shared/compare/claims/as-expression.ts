import { atHand } from './at-hand.ts';
import type { Claim } from './claim.ts';

/**
 * What a claim does in its page, as the text of an expression: it runs in the
 * learner's own browser just so. A method's text is none:
 * `async inPage(places) { … }`.
 */
export function asExpression(inPage: Claim['inPage']): string {
  const text = inPage.toString();
  const expression = /^(async\s+)?\(/.test(text)
    ? text
    : text.replace(/^async\s+\w+/, 'async function ');
  const { xhr, heard, eight } = atHand;
  return `(places) => (${expression})(places, { ${xhr}, ${heard}, ${eight} })`;
}
