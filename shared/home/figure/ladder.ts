/**
 * A ladder: client on the left, server on the right, time downward and to
 * scale. An arrow slopes down for as long as its units were on the way. Pure.
 */
import {
  isUnit,
  type Line,
  type UnitLine,
} from '@on-the-wire/viewer/source.ts';

/** ms that each read was delayed, so that the way can be seen. */
export const LATENCY = 100;
/** ms that a ladder shows. */
const SHOWN = 5_000;
/** Units that follow each other within so many ms are one arrow. */
const TOGETHER = 30;

/** An arrow: units that went the same way at the same time. */
export interface Rung {
  direction: UnitLine['direction'];
  /** When it was sent, and when it was there: ms since the first of all. */
  sent: number;
  arrived: number;
  words: string;
  /** Bytes on the wire. */
  size: number;
}

/**
 * Makes rungs of the units of one connection.
 *
 * @param path of the request that is the first, without what follows a "?"
 */
export function rungsOf(lines: readonly Line[], path: string): Rung[] {
  const units = lines.filter(isUnit);
  const wanted = new RegExp(`^GET ${path}[?:]`);
  const first = units.find(({ summary }) => wanted.test(summary));
  if (!first) throw new Error(`nobody requests ${path}`);
  const began = first.time - LATENCY;
  const groups: UnitLine[][] = [];
  for (const unit of units.slice(units.indexOf(first))) {
    if (unit.time - LATENCY - began > SHOWN) break;
    const [last] = groups.at(-1) ?? [];
    const isWithIt =
      last?.direction === unit.direction && unit.time - last.time < TOGETHER;
    if (isWithIt) groups.at(-1)!.push(unit);
    else groups.push([unit]);
  }
  return groups.map((group) => ({
    direction: group[0]!.direction,
    sent: group[0]!.time - LATENCY - began,
    arrived: group[0]!.time - began,
    words: wordsOf(group),
    size: group
      .filter(({ layer }) => layer === 0)
      .reduce((sum, { size }) => sum + size, 0),
  }));
}

const counted = (count: number, what: string) =>
  count === 0 ? [] : [count === 1 ? what : `${count} ${what}s`];

function wordsOf(group: readonly UnitLine[]): string {
  const has = (kind: RegExp) => group.filter((unit) => kind.test(unit.kind));
  const sections = has(/(request|response) headers/).map(
    ({ direction, summary }) =>
      direction === 'up'
        ? /^[A-Z]+ [^?:]+/.exec(summary)![0]
        : summary.slice(0, 3),
  );
  return [
    ...sections,
    ...counted(has(/^event$/).length, 'event'),
    ...counted(has(/^comment$/).length, 'comment'),
    ...counted(has(/^websocket (text|binary)/).length, 'message'),
  ].join(', ');
}

/** All of it in a sentence, for those who listen, and below the picture. */
export function sumOf(rungs: readonly Rung[]): string {
  const bytes = rungs.reduce((sum, { size }) => sum + size, 0);
  const count = (way: Rung['direction']) =>
    rungs.filter(({ direction }) => direction === way).length;
  return (
    `${SHOWN / 1000} seconds: ${count('up')} up, ${count('down')} down, ` +
    `${bytes.toLocaleString('en')} bytes`
  );
}

const [WIDTH, LEFT, RIGHT] = [300, 34, 288];
const [TOP, SECOND] = [40, 84]; // px
const HEIGHT = TOP + (SHOWN / 1000) * SECOND + 24;
/** How large it is, in px. */
export const picture = { width: WIDTH, height: HEIGHT };

const yOf = (time: number) => Math.round(TOP + (time / 1000) * SECOND);

/**
 * Draws it as SVG; colours are the page's.
 *
 * @param at where it stands in a picture of several, in px
 */
export function drawLadder(
  title: string,
  rungs: readonly Rung[],
  at?: { x: number; y: number },
): string {
  const place = at ? `x="${at.x}" y="${at.y}" ` : '';
  const ticks = Array.from({ length: SHOWN / 1000 + 1 }, (_, second) => {
    const y = yOf(second * 1000);
    return (
      `<text class="soft" x="${LEFT - 6}" y="${y + 3}" text-anchor="end">${second} s</text>` +
      `<path d="M${LEFT - 3} ${y}h6" stroke="currentColor" stroke-opacity="0.5"/>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${place}viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="${title}, ${sumOf(rungs)}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="10" fill="currentColor">`,
    `<text x="${LEFT}" y="14" text-anchor="middle" font-weight="600">client</text>`,
    `<text x="${RIGHT}" y="14" text-anchor="end" font-weight="600">server</text>`,
    ...[LEFT, RIGHT].map(
      (x) =>
        `<path d="M${x} 22V${HEIGHT - 4}" stroke="currentColor" stroke-opacity="0.35"/>`,
    ),
    ...ticks,
    ...rungs.map(drawArrow),
    ...drawWords(rungs),
    '</svg>',
  ].join('\n');
}

function drawArrow({ direction, sent, arrived }: Rung): string {
  const [from, to, way] =
    direction === 'up' ? [LEFT, RIGHT, 1] : [RIGHT, LEFT, -1];
  const end = yOf(arrived);
  return (
    `<g class="${direction}"><path d="M${from} ${yOf(sent)}L${to} ${end}" stroke="currentColor"/>` +
    `<path d="M${to} ${end}l${-7 * way} -4v7z" fill="currentColor"/></g>`
  );
}

const LETTERS = 12; // px that a line of words takes

/**
 * Words stand where their arrow begins: above it on the left, below it on the
 * right, where nothing else falls; and below those before them.
 */
function drawWords(rungs: readonly Rung[]): string[] {
  const last = { up: 0, down: 0 };
  return rungs.map(({ direction, sent, words, size }) => {
    const isUp = direction === 'up';
    const y = Math.max(yOf(sent) + (isUp ? -3 : 15), last[direction] + LETTERS);
    last[direction] = y;
    const place = isUp
      ? `x="${LEFT + 8}" y="${y}"`
      : `x="${RIGHT - 8}" y="${y}" text-anchor="end"`;
    const text = `${words}, ${size.toLocaleString('en')} B`;
    return `<text class="words ${direction}" ${place} paint-order="stroke" stroke-width="3">${text}</text>`;
  });
}
