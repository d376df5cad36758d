/** What the page gets from `/wire/map`, as JSON: where processes stand. */
export interface LinkMapMessage {
  /** Each in per cent of the map's width and height: where its middle is. */
  places: Record<string, readonly [x: number, y: number]>;
  /** Names that are an address of a process: the process that listens there. */
  parts: Record<string, string>;
}
