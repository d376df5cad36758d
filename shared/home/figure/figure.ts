/** The figure: three ladders, drawn from three recordings. */
import { readFileSync } from 'node:fs';
import { SavedRun } from '@on-the-wire/viewer/saved/saved.ts';
import { openPcapng } from '@on-the-wire/wire/pcapng/capture-file.ts';
import { drawLadder, picture, rungsOf, sumOf, type Rung } from './ladder.ts';

/**
 * The lessons that are drawn, and which path their page requests; `skip`
 * requests come before what is drawn.
 */
export const ladders = {
  // The page sends one request when it is opened, and only then polls.
  polling: { title: 'XHR polling', lesson: 'xhr', path: '/board', skip: 1 },
  sse: { title: 'Server-Sent Events', lesson: 'sse', path: '/events', skip: 0 },
  websocket: {
    title: 'WebSocket',
    lesson: 'websocket',
    path: '/track',
    skip: 0,
  },
} as const;
/** The name of one of them. */
export type LadderName = keyof typeof ladders;
/** In the order in which they are drawn. */
export const ladderNames = Object.keys(ladders) as LadderName[];

/** Where a recording lies. */
export const recordingOf = (name: LadderName): URL =>
  new URL(`recordings/${name}.pcapng`, import.meta.url);

/** What a recording shows. */
export function rungsIn(name: LadderName): Rung[] {
  const { lines } = new SavedRun(openPcapng(readFileSync(recordingOf(name))));
  return rungsOf(lines, ladders[name].path);
}

/** A recording by its name, as it is opened; undefined if there is none. */
export function recordingIn(
  name: string,
): { title: string; bytes: Uint8Array } | undefined {
  if (!ladderNames.includes(name as LadderName)) return undefined;
  const known = name as LadderName;
  return {
    title: ladders[known].title,
    bytes: readFileSync(recordingOf(known)),
  };
}

/** The three as items of a list, for the home page. */
export function figureHtml(): string {
  return ladderNames
    .map((name) => {
      const { title } = ladders[name];
      const rungs = rungsIn(name);
      return (
        `<li><figure><figcaption><strong>${title}</strong> ` +
        `<span class="soft">${sumOf(rungs)}</span></figcaption>` +
        `${drawLadder(title, rungs)}` +
        `<a href="/recording?run=${name}" target="_blank" rel="noopener">` +
        `See its units<span class="visually-hidden">: ${title}</span> ` +
        `<span aria-hidden="true">↗</span></a></figure></li>`
      );
    })
    .join('\n');
}

const GAP = 24; // px between two ladders

/** The three as one picture that stands alone. */
export function figureSvg(): string {
  const width = 3 * picture.width + 4 * GAP;
  const height = picture.height + 72;
  const parts = ladderNames.flatMap((name, index) => {
    const x = GAP + index * (picture.width + GAP);
    const rungs = rungsIn(name);
    const { title } = ladders[name];
    return [
      `<text class="title" x="${x}" y="28">${title}</text>`,
      `<text class="soft" x="${x}" y="48" font-size="11">${sumOf(rungs)}</text>`,
      drawLadder(title, rungs, { x, y: 60 }),
    ];
  });
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Three ladders between client and server" font-family="ui-monospace, Menlo, Consolas, monospace" fill="currentColor">`,
    style,
    `<rect class="ground" width="100%" height="100%"/>`,
    ...parts,
    '</svg>',
  ].join('\n')}\n`;
}

const style = `<style>
svg { color: #1d1c1a } .ground { fill: #faf8f4 } .words { stroke: #faf8f4; fill: currentColor } .title { font: 600 16px Georgia, serif }
.soft { fill: #5d584f } .up { color: #0a5a9c } .down { color: #8a5300 }
@media (prefers-color-scheme: dark) {
  svg { color: #ebe8e1 } .ground { fill: #16171a } .words { stroke: #16171a }
  .soft { fill: #a8a49b } .up { color: #7cbcf5 } .down { color: #f0b95a }
}
</style>`;
