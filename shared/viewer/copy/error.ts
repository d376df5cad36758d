/** Why it cannot be copied so; the message is a sentence for the reader. */
export class CopyError extends Error {}
