/** Where a lesson's processes stand on the map of its links. */
import type { Manifest } from '@on-the-wire/lesson/lesson.ts';
import type { LinkMapMessage } from '@on-the-wire/viewer/server/link-map-message.ts';

/** Room for a proxy between the browser and all others, in per cent. */
const ROOM = 20;

/**
 * Reads it out of a manifest: an address that a process has beside its own port
 * is a part of that process.
 *
 * @param proxy what stands between the browser and the lesson, if anything does
 */
export function linkMapOf(
  { map = {}, processes, addresses = [] }: Manifest,
  proxy?: string,
): LinkMapMessage {
  if (proxy !== undefined && !processes)
    return {
      places: { browser: [10, 50], [proxy]: [50, 50], lesson: [90, 50] },
      parts: Object.fromEntries(addresses.map((name) => [name, 'lesson'])),
    };
  const parts = Object.entries(processes ?? {}).flatMap(
    ([name, { addresses: own = {} }]) =>
      Object.keys(own).map((address) => [address, name]),
  );
  const places = proxy === undefined ? map : withRoom(map, proxy);
  return { places, parts: Object.fromEntries(parts) };
}

/** Moves all but the browser to the right, and puts the proxy between. */
function withRoom(
  map: LinkMapMessage['places'],
  proxy: string,
): LinkMapMessage['places'] {
  const moved = Object.entries(map).map(([name, [x, y]]) => [
    name,
    [name === 'browser' ? x : ROOM + (x * (100 - ROOM)) / 100, y],
  ]);
  return { ...Object.fromEntries(moved), [proxy]: [ROOM + 6, 50] };
}
