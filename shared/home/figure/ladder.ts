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

/** px of a letter, above and below the line that it stands on, and its width. */
const LETTER = { above: 8, below: 3, width: 6.02 };

/** A line of words: where it stands, and what room it takes. */
interface Label {
  left: number;
  right: number;
  /** Of the line that the letters stand on. */
  y: number;
}

/**
 * Words stand where their arrow begins: above it on the left, below it on the
 * right. Where another arrow would strike them out, or other words stand, they
 * take the nearest place that is free.
 */
function drawWords(rungs: readonly Rung[]): string[] {
  const taken: Label[] = [];
  return rungs.map((rung) => {
    const { direction, sent, words, size } = rung;
    const isUp = direction === 'up';
    const text = `${words}, ${size.toLocaleString('en')} B`;
    const width = text.length * LETTER.width;
    const x = isUp ? LEFT + 8 : RIGHT - 8;
    const wanted = yOf(sent) + (isUp ? -3 : 15);
    const at = (y: number): Label => ({
      left: isUp ? x : x - width,
      right: isUp ? x + width : x,
      y,
    });
    const isFree = (label: Label) =>
      !rungs.some((each) => crosses(each, label)) &&
      !taken.some((each) => overlap(each, label)) &&
      label.y > TOP - 20;
    const steps = Array.from({ length: 60 }, (_, step) => step);
    // First in the direction that leads away from the arrow's own words.
    const ys = steps.flatMap((step) => [wanted + step, wanted - step]);
    const y = ys.find((each) => isFree(at(each))) ?? wanted;
    taken.push(at(y));
    const place = isUp
      ? `x="${x}" y="${y}"`
      : `x="${x}" y="${y}" text-anchor="end"`;
    return `<text class="words ${direction}" ${place} paint-order="stroke" stroke-width="3">${text}</text>`;
  });
}

/** Whether an arrow passes through words. */
function crosses({ direction, sent, arrived }: Rung, label: Label): boolean {
  const [from, to] = direction === 'up' ? [LEFT, RIGHT] : [RIGHT, LEFT];
  const yAt = (x: number) =>
    yOf(sent) + ((x - from) / (to - from)) * (yOf(arrived) - yOf(sent));
  const ys = [yAt(label.left), yAt(label.right)];
  return (
    Math.max(...ys) > label.y - LETTER.above - 1 &&
    Math.min(...ys) < label.y + LETTER.below
  );
}

function overlap(one: Label, other: Label): boolean {
  const height = LETTER.above + LETTER.below;
  return (
    one.left < other.right &&
    other.left < one.right &&
    Math.abs(one.y - other.y) < height
  );
}
