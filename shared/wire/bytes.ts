/** All parts, one after the other; not a copy if there is only one. */
export function concat(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    all.set(part, filled);
    filled += part.length;
  }
  return all;
}

/** Whether `bytes` go on with all of `wanted` from index `from` on. */
export function beginsWith(
  bytes: Uint8Array,
  from: number,
  wanted: Uint8Array,
): boolean {
  if (bytes.length - from < wanted.length) return false;
  for (let i = 0; i < wanted.length; i++)
    if (bytes[from + i] !== wanted[i]) return false;
  return true;
}
