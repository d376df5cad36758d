/**
 * Masks the secrets that HTML holds beside its addresses and JSON: what is to
 * be sent back by a form, or read by a script.
 */
import { coverText } from './text.ts';
import { isSecretName } from './secrets.ts';
import { latin1 } from '../text.ts';

/** `="value"`, of an element or in a script; in any quotes, or in none. */
const VALUE = /=\s{0,9}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))/dg;
/** The name before it, among so many characters. */
const NAME = /([\w$:.-]+)\s*$/;
const LONGEST_NAME = 100;
/** Which key on the keyboard an element listens to. */
const KEYBOARD = 'accesskey';
const TAG = /<(?:input|meta|button)\s[^<>]*>/gi;

/**
 * Masks in place: the value of an `<input>` and the content of a `<meta>` with
 * a secret's name, and what is in quotes after such a name and `=`.
 *
 * @returns whether there was anything
 */
export function maskHtml(bytes: Uint8Array): boolean {
  const html = latin1(bytes);
  let found = false;
  for (const { 0: tag, index } of html.matchAll(TAG)) {
    const pairs = [...pairsOf(tag)];
    const isSecret = pairs.some(
      ({ name, value }) =>
        /^(?:name|id|property)$/i.test(name) && isSecretName(value, true),
    );
    for (const { name, from, to } of pairs)
      if (isSecret && /^(?:value|content)$/i.test(name))
        found = coverText(bytes, index + from, index + to) || found;
  }
  for (const { name, isQuoted, from, to } of pairsOf(html))
    if (isQuoted && name !== KEYBOARD && isSecretName(name))
      found = coverText(bytes, from, to) || found;
  return found;
}

function* pairsOf(html: string) {
  for (const { index, indices } of html.matchAll(VALUE)) {
    const before = html.slice(Math.max(0, index - LONGEST_NAME), index);
    const name = NAME.exec(before)?.[1];
    if (name === undefined) continue;
    const [from, to] = indices![1] ?? indices![2] ?? indices![3]!;
    const isQuoted = indices![3] === undefined;
    yield { name, isQuoted, from, to, value: html.slice(from, to) };
  }
}
