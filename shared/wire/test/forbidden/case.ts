/** Something that a standard forbids, or that only looks as if it did. */
export interface Case {
  title: string;
  /** What one side sends, each character a byte. */
  sent: string;
  /** Where it is forbidden: `RFC 9112 3.2`; undefined if it is allowed. */
  section?: string;
  /** Words of the problem that must be told. */
  says?: string;
  /** Others refuse it, and we say nothing: the words in wire/left-out.md. */
  leftOut?: string;
  /** The request that a response answers, if it is not GET. */
  method?: 'HEAD';
}

export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
