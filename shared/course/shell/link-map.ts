/** Where a lesson's processes stand on the map of its links. */
import type { Manifest } from '@on-the-wire/lesson/lesson.ts';
import type { LinkMapMessage } from '@on-the-wire/viewer/server/link-map-message.ts';

/**
 * Reads it out of a manifest: an address that a process has beside its own port
 * is a part of that process.
 */
export function linkMapOf({ map = {}, processes }: Manifest): LinkMapMessage {
  const parts = Object.entries(processes ?? {}).flatMap(
    ([name, { addresses = {} }]) =>
      Object.keys(addresses).map((address) => [address, name]),
  );
  return { places: map, parts: Object.fromEntries(parts) };
}
