/**
 * What the tap does with a read, in this order: hands it on, copies it into the
 * recording, decodes it, and keeps a line for each unit.
 */
export const TAP_PARTS = [
  'forwarding',
  'recording',
  'decoding',
  'lines',
] as const;

/** One of them. */
export type TapPart = (typeof TAP_PARTS)[number];
