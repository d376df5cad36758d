/**
 * Makes a function that writes a thing once, however often its text is sent; the
 * text lives as long as the thing.
 *
 * @param write makes the text of a thing that does not change any more
 */
export function writtenOnce<Thing extends object>(
  write: (thing: Thing) => string,
): (thing: Thing) => string {
  const texts = new WeakMap<Thing, string>();
  return (thing) => {
    let text = texts.get(thing);
    if (text === undefined) {
      text = write(thing);
      texts.set(thing, text);
    }
    return text;
  };
}
