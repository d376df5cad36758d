import type { Claim } from './claim.ts';

/**
 * What a claim does in its page, as the text of an expression: it runs in the
 * learner's own browser just so. A method's text is none:
 * `async inPage(places) { … }`.
 */
export function asExpression(inPage: Claim['inPage']): string {
  const text = inPage.toString();
  if (/^(async\s+)?\(/.test(text)) return text;
  return text.replace(/^async\s+\w+/, 'async function ');
}
