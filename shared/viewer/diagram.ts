/**
 * A run as a sequence diagram: client on the left, server on the right, time
 * downward. First the steps, which are data; then as an SVG picture and as
 * sentences.
 */
import { isUnit, type Line, type UnitLine } from './source.ts';

/** An arrow from one side to the other, or something that happened between. */
export interface DiagramStep {
  connection: number;
  /** When the first of its units came, in ms since the run began. */
  time: number;
  /** None for what is no message: a connection that opens, a fault. */
  direction: 'up' | 'down' | undefined;
  kind: Line['kind'];
  words: string;
  /** How many units of this kind follow each other. */
  count: number;
}

const MOST = 120; // steps that are drawn
const FOLD = 3; // as many units that look alike become one step

/** What only carries other units, or is talk of a protocol with itself. */
const framing = new Set<UnitLine['kind']>([
  'http/1.1 chunk',
  'http/1.1 last chunk',
  'body part',
  'websocket continuation',
  'http/2 DATA',
  'http/2 WINDOW_UPDATE',
  'http/2 CONTINUATION',
]);

/**
 * Makes the steps of a diagram: a message each, or several that look alike.
 *
 * @returns the last 120 steps of a run, and how many came before them
 */
export function stepsOf(lines: Iterable<Line>): {
  steps: DiagramStep[];
  before: number;
} {
  const steps: DiagramStep[] = [];
  let run: DiagramStep[] = [];
  const fold = () => {
    const [first] = run;
    if (first && run.length >= FOLD)
      steps.push({
        ...first,
        count: run.length,
        words: `${run.length} times ${first.kind}: ${first.words}, …`,
      });
    else steps.push(...run);
    run = [];
  };
  for (const line of lines) {
    if (isUnit(line) && framing.has(line.kind) && !line.counts) continue;
    const { connection, time, kind, summary: words } = line;
    const step = {
      connection,
      time,
      kind,
      words,
      direction: undefined,
      count: 1,
    };
    const [first] = run;
    const isAlike =
      isUnit(line) &&
      first?.kind === kind &&
      first.connection === connection &&
      first.direction === line.direction;
    if (!isAlike) fold();
    run.push(isUnit(line) ? { ...step, direction: line.direction } : step);
    if (!isUnit(line)) fold();
  }
  fold();
  const before = Math.max(0, steps.length - MOST);
  return { steps: steps.slice(before), before };
}

const ways = { up: 'client to server', down: 'server to client' };

/** Each step as a sentence, for screen readers. */
export function sentencesOf({
  steps,
  before,
}: ReturnType<typeof stepsOf>): string[] {
  const sentences = steps.map(({ connection, time, direction, words }) => {
    const way = direction ? `, ${ways[direction]}` : '';
    return `${seconds(time)}, connection ${connection}${way}: ${words}`;
  });
  return before > 0
    ? [`${before} steps before these.`, ...sentences]
    : sentences;
}

const LEFT = 76; // the client's line, to the right of the times
const MARGIN = 20; // to the right of the server's line
const LETTER = 7; // the width of one, in the units of the picture
const [TOP, ROW] = [44, 30];
const [NARROWEST, WIDEST] = [300, 640];

/**
 * The steps as an SVG picture. All text of the run is escaped.
 *
 * @param alone adds colours, so that the file needs no page around it
 * @param room how wide the picture may be, in CSS px: letters keep their size
 *   in a narrow one, and say less
 */
export function drawSvg(
  { steps, before }: ReturnType<typeof stepsOf>,
  { alone = false, room = WIDEST }: { alone?: boolean; room?: number } = {},
): string {
  const width = Math.round(Math.min(WIDEST, Math.max(NARROWEST, room)));
  const right = width - MARGIN;
  const height = TOP + steps.length * ROW + 24;
  const rows = steps.map((step, index) =>
    drawStep(step, { y: TOP + (index + 1) * ROW, right }),
  );
  const note =
    before > 0
      ? `<text class="soft" x="${(LEFT + right) / 2}" y="36" text-anchor="middle">${before} steps before these</text>`
      : '';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Sequence diagram: ${steps.length} steps between client and server" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="11" fill="currentColor" stroke="none">`,
    alone ? style : '',
    arrowHeads,
    `<text x="${LEFT}" y="18" text-anchor="middle" font-weight="600">client</text>`,
    `<text x="${right}" y="18" text-anchor="end" font-weight="600">server</text>`,
    note,
    lifeline(LEFT, height),
    lifeline(right, height),
    ...rows,
    '</svg>',
  ].join('\n');
}

const style = `<style>
svg { color: #1d1c1a; background: #faf8f4 }
.soft { fill: #5d584f } .up { color: #0a5a9c } .down { color: #8a5300 } .fault { color: #a3262a }
@media (prefers-color-scheme: dark) {
  svg { color: #ebe8e1; background: #16171a }
  .soft { fill: #a8a49b } .up { color: #7cbcf5 } .down { color: #f0b95a } .fault { color: #ff9a94 }
}
</style>`;

const arrowHeads =
  '<defs><marker id="arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="context-stroke"/></marker></defs>';

const lifeline = (x: number, height: number) =>
  `<line x1="${x}" x2="${x}" y1="26" y2="${height - 8}" stroke="currentColor" stroke-opacity="0.35"/>`;

function drawStep(
  { time, connection, direction, kind, words }: DiagramStep,
  { y, right }: { y: number; right: number },
): string {
  const at = `<text class="soft" x="4" y="${y}" font-size="10">${seconds(time)} #${connection}</text>`;
  const text = `${escapeXml(shorten(words, (right - LEFT) / LETTER))}<title>${escapeXml(words)}</title>`;
  const middle = (LEFT + right) / 2;
  if (!direction) {
    const mark = kind === 'fault' ? '⚡ ' : '';
    const look =
      kind === 'fault' ? 'class="fault" fill="currentColor"' : 'class="soft"';
    return `<g>${at}<text ${look} x="${middle}" y="${y}" text-anchor="middle" font-style="italic">${mark}${text}</text></g>`;
  }
  const [from, to] = direction === 'up' ? [LEFT, right] : [right, LEFT];
  return (
    `<g class="${direction}">${at}` +
    `<text x="${middle}" y="${y - 4}" text-anchor="middle">${text}</text>` +
    `<line x1="${from}" x2="${to}" y1="${y + 3}" y2="${y + 3}" stroke="currentColor" marker-end="url(#arrow)"/></g>`
  );
}

/** What fits between the two lines. */
function shorten(words: string, most: number): string {
  const letters = [...words];
  if (letters.length <= most) return words;
  return `${letters.slice(0, most - 1).join('')}…`;
}

function seconds(time: number): string {
  return `${(time / 1000).toFixed(3)} s`;
}

function escapeXml(text: string): string {
  const names: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
  };
  return (
    text
      .replaceAll(/[&<>"]/g, (letter) => names[letter]!)
      // XML has no way to say most control characters.
      .replaceAll(
        /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu,
        '�',
      )
  );
}
