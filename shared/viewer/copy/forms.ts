/** What a unit can be copied as. */
export const COPY_FORMS = [
  /** What it carries, as text; else its bytes, where they are text. */
  'text',
  /** Its bytes on the wire, two digits each. */
  'hex',
  /** The JSON that it carries, with a line for each member; else its fields. */
  'json',
  /** The request of its exchange, for a POSIX shell. */
  'curl',
  /** The same, for PowerShell. */
  'curl-powershell',
  /** Its exchange as a HAR file. */
  'har',
  /** All that its connection or its HTTP/2 stream said: see `conversation.ts`. */
  'conversation',
] as const;

/** One of `COPY_FORMS`. */
export type CopyForm = (typeof COPY_FORMS)[number];

/** Whether a text names one. */
export function isCopyForm(text: string): text is CopyForm {
  return (COPY_FORMS as readonly string[]).includes(text);
}
