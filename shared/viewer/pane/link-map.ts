/**
 * Where things stand on the map of links: boxes for processes, and between two
 * of them a straight edge for each link. Pure: sizes in, places out, in pixels.
 */

/** A process on the map: its middle, and its size. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** A link on the map: from the border of one box to that of the other. */
export interface Edge {
  from: Point;
  to: Point;
  /** Where its button stands. */
  middle: Point;
}

interface Point {
  x: number;
  y: number;
}

/** A link, by the names of those who call and are called. */
export interface NamedLink {
  name: string;
  from: string;
  to: string;
  /** What it is for, where there are several between these two. */
  of?: string;
}

/** Pixels between two links of the same two processes: a button is wide. */
const APART = { beside: 44, above: 30 };
/** By how much of a level link its button is nearer to the upper or lower end. */
const OUTWARD = 0.12;
/** By how much of their length their buttons are shifted, one above another. */
const SHIFT = 0.34;

/** Reads a link's name: `station-broker`, `browser-nginx-neighbour`. */
export function readLink(name: string): NamedLink {
  const [from = '', to = '', of] = name.split('-');
  return { name, from, to, ...(of !== undefined && { of }) };
}

/**
 * Where a process stands of which nobody has said it: beside others on an
 * ellipse, in per cent of the map.
 *
 * @param at its number among them, from 0
 * @param of how many they are
 */
export function onEllipse(at: number, of: number): [x: number, y: number] {
  const angle = Math.PI * (1 + (2 * at) / of);
  return [50 + 40 * Math.cos(angle), 50 + 38 * Math.sin(angle)];
}

/**
 * Draws all links. Those between the same two processes run in parallel.
 *
 * @param boxes by the name of the process
 * @param parts names that belong to a process: its edges lead to that
 * @returns the edges, by the names of the links
 */
export function drawEdges(
  links: readonly NamedLink[],
  boxes: ReadonlyMap<string, Box>,
  parts: Readonly<Record<string, string>> = {},
): Map<string, Edge> {
  const whole = (name: string) => parts[name] ?? name;
  const between = Map.groupBy(links, ({ from, to }) =>
    [whole(from), whole(to)].sort().join(),
  );
  const heights = [...boxes.values()].map(({ y }) => y);
  const middleY = (Math.min(...heights) + Math.max(...heights)) / 2;
  const edges = new Map<string, Edge>();
  for (const together of between.values())
    for (const [at, { name, from, to }] of together.entries()) {
      const [start, end] = [boxes.get(whole(from)), boxes.get(whole(to))];
      if (!start || !end) continue;
      const aside = at - (together.length - 1) / 2;
      edges.set(name, draw(start, end, aside, middleY));
    }
  return edges;
}

/**
 * From border to border, so many places beside the line of the middles. Most
 * boxes stand at the height of the map's middle: buttons keep away from them.
 */
function draw(start: Box, end: Box, aside: number, middleY: number): Edge {
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy) || 1;
  const steep = Math.abs(dy) / length;
  const by = APART.above * (1 - steep) + APART.beside * steep;
  // Which side is which does not depend on who calls.
  const side = (dx || dy) < 0 ? -aside : aside;
  const [nx, ny] = [(-dy / length) * by * side, (dx / length) * by * side];
  const leave = way(start, nx, ny, dx, dy);
  const arrive = Math.max(leave, 1 - way(end, nx, ny, -dx, -dy));
  const point = (part: number) => {
    const t = leave + (arrive - leave) * part;
    return { x: start.x + nx + dx * t, y: start.y + ny + dy * t };
  };
  const farther = Math.sign(
    Math.abs(end.y - middleY) - Math.abs(start.y - middleY),
  );
  const middle = point(
    0.5 + farther * OUTWARD * (1 - steep) - aside * SHIFT * steep,
  );
  return { from: point(0), to: point(1), middle };
}

/**
 * Where the name of a port stands: at the end of its edge. A level edge is short
 * in a narrow pane, and its button would cover the name: there it begins where
 * the edge ends.
 *
 * @param own the width of the name
 * @param width that of the map, out of which it does not go
 */
export function placePort(
  { from, to }: Edge,
  own: number,
  width: number,
): Point {
  const isLevel = Math.abs(to.y - from.y) < 1;
  const aside = isLevel ? (Math.sign(to.x - from.x) * own) / 2 : 0;
  const most = Math.max(own / 2, width - own / 2);
  return { x: Math.min(to.x + aside, most), y: to.y };
}

/** The part of the way to (dx, dy) after which a box is left. */
function way(box: Box, nx: number, ny: number, dx: number, dy: number): number {
  const part = (size: number, from: number, by: number) =>
    by === 0 ? Infinity : (size / 2 - Math.sign(by) * from) / Math.abs(by);
  return Math.min(1, part(box.width, nx, dx), part(box.height, ny, dy));
}
