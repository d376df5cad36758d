import { pageHelpers } from './page-helpers.ts';
import type { Claim } from './claim.ts';

/**
 * What a claim does in its page, as the text of an expression: it runs in the
 * learner's own browser just so. The text of a method is not an expression:
 * `async inPage(places) { … }`.
 */
export function asExpression(inPage: Claim['inPage']): string {
  const text = inPage.toString();
  const expression = /^(async\s+)?\(/.test(text)
    ? text
    : text.replace(/^async\s+\w+/, 'async function ');
  const helpers = Object.values(pageHelpers).join(', ');
  return `(places) => (${expression})(places, { ${helpers} })`;
}
