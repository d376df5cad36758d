/**
 * Something that a standard forbids, or that only looks as if it did. They are
 * written a line each, below where it is forbidden, `allowed`, or `left out:`
 * and the words of wire/left-out.md; escapes are those of vectors/vector.ts.
 *
 *     RFC 9112, 3.2
 *       its title | what one side sends | words of the problem
 */
import { unescaped } from '../vectors/vector.ts';

export interface Case {
  title: string;
  /** What one side sends, each character a byte. */
  sent: string;
  /** Where it is forbidden: `RFC 9112, 3.2`; undefined if it is allowed. */
  section?: string;
  /** Words of the problem that must be told. */
  says?: string;
  /** Others refuse it, and we say nothing: the words in wire/left-out.md. */
  leftOut?: string;
  /** The method of the request, if it is not GET. */
  method?: 'HEAD';
}

export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

/** @param sent what becomes of what is sent, as it is written */
export function casesOf<Sent = string>(
  written: string,
  sent: (written: string) => Sent = unescaped as (written: string) => Sent,
): (Omit<Case, 'sent'> & { sent: Sent })[] {
  return written.split('\n\n').flatMap((block) => {
    const [over = '', ...lines] = block.replace(/^\n/, '').split('\n');
    const leftOut = /^left out: (.*)/.exec(over)?.[1];
    return lines.map((line) => {
      const [title = '', bytes = '', says] = line.slice(2).split(' | ');
      return {
        title,
        sent: sent(bytes),
        ...(says !== undefined && { says }),
        ...(over.startsWith('RFC') && { section: over }),
        ...(leftOut !== undefined && { leftOut }),
      };
    });
  });
}
