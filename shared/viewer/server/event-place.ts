/** Where an event of an event stream is cut, so that a reader sees it. */

/**
 * Looks for the data of an event (HTML, 9.2.6), and in it for the middle of a
 * word: as near as can be to the middle of the data.
 *
 * @param bytes what is sent next, chunks and all; the event begins in it
 * @returns how many bytes come before that; undefined where there is none
 */
export function placeWithinEvent(bytes: Uint8Array): number | undefined {
  // One character for each byte.
  const text = Buffer.from(bytes).toString('latin1');
  for (const { 0: line, 1: data = '', index } of text.matchAll(
    /(?<=[\r\n])data: ?([^\r\n]+)(?=[\r\n])/g,
  )) {
    const start = index + line.length - data.length;
    const middle = data.length / 2;
    const places = [...data.matchAll(/(?<=[a-z]{2})(?=[a-z]{2})/gi)].map(
      (found) => found.index,
    );
    const [nearest] = places.sort(
      (a, b) => Math.abs(a - middle) - Math.abs(b - middle),
    );
    if (nearest !== undefined) return start + nearest;
  }
  return undefined;
}
