/** What was measured, drawn: SVG that needs no script. */
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';
import type { Compared, Loaded, Network } from '../compare.ts';
import type { Figures } from '../figures.ts';
import type { Spread } from '../statistics.ts';
import type { Transport } from '../transports/transports.ts';

type Measured = Compared & { figures: Figures };

const measured = ({ transports }: Network): Measured[] =>
  transports.filter((each): each is Measured => each.figures !== undefined);
const name = ({ transport }: { transport: Transport }) =>
  transport.over === 'HTTP/2' ? `${transport.title}, HTTP/2` : transport.title;

/** ms from update to arrival, for each transport; undefined if nothing was measured. */
export function plotArrivals(network: Network): string | undefined {
  const rows = measured(network).map((each) => ({
    transport: name(each),
    p50: atLeast(each.figures.p50),
    p99: atLeast(each.figures.p99),
  }));
  if (rows.length === 0) return undefined;
  return draw(namesOf(network), {
    x: {
      type: 'log',
      label: 'ms',
      grid: true,
      tickFormat: 'd',
    },
    marks: [
      Plot.ruleY(rows, {
        y: 'transport',
        x1: 'p50',
        x2: 'p99',
        stroke: 'var(--accent)',
        strokeWidth: 2,
      }),
      Plot.dot(rows, { x: 'p50', y: 'transport', r: 5, fill: 'var(--accent)' }),
    ],
  });
}

/** What a figure of bytes is called in the legend. */
const parts = {
  payload: 'payload',
  overhead: 'overhead',
  transportOverhead: 'TCP/IP (estimate)',
} as const;
const keysOfParts = Object.keys(parts) as (keyof typeof parts)[];

/** Bytes for one update: payload, overhead, and an estimate of TCP, IP and TLS. */
export function plotBytes(network: Network): string | undefined {
  const rows = measured(network).flatMap((each) =>
    keysOfParts.map((key) => ({
      transport: name(each),
      part: parts[key],
      bytes: each.figures[key].median,
    })),
  );
  if (rows.length === 0) return undefined;
  return draw(namesOf(network), {
    x: { label: 'bytes', grid: true },
    color: {
      domain: Object.values(parts),
      range: ['var(--good)', 'var(--warn)', 'var(--soft)'],
      legend: true,
    },
    marks: [
      Plot.barX(rows, {
        x: 'bytes',
        y: 'transport',
        fill: 'part',
        order: Object.values(parts),
      }),
      Plot.ruleX([0], { stroke: 'currentColor' }),
    ],
  });
}

/** Seconds until a page had recovered; undefined if it was not tried. */
export function plotRecoveries(network: Network): string | undefined {
  const rows = measured(network).flatMap((each) =>
    (['cut', 'restart'] as const).flatMap((after) => {
      const ms = each.figures[after]?.ms;
      if (!ms) return [];
      return ms.rounds.map((value) => ({
        transport: name(each),
        after: after === 'cut' ? 'after a cut' : 'after a restart',
        seconds: value / 1000,
      }));
    }),
  );
  if (rows.length === 0) return undefined;
  return draw(namesOf(network), {
    x: {
      label: 'seconds',
      grid: true,
      domain: [0, Math.max(...rows.map(({ seconds }) => seconds))],
    },
    color: {
      domain: ['after a cut', 'after a restart'],
      range: ['var(--bad)', 'var(--accent)'],
      legend: true,
    },
    marks: [
      Plot.dot(rows, {
        x: 'seconds',
        y: 'transport',
        stroke: 'after',
        strokeWidth: 2,
      }),
    ],
  });
}

/** KiB of the server for each client, with the largest number of clients. */
export function plotMemory(loads: readonly Loaded[]): string | undefined {
  const rows = loads.flatMap((each) => {
    const last = each.loads.findLast((load) => !('blank' in load));
    if (!last || !('memory' in last) || last.memory === undefined) return [];
    return [{ transport: name(each), memory: last.memory / 1024 }];
  });
  if (rows.length === 0) return undefined;
  return draw(
    rows.map(({ transport }) => transport),
    {
      x: { label: 'KiB', grid: true },
      marks: [
        Plot.barX(rows, { x: 'memory', y: 'transport', fill: 'var(--accent)' }),
        Plot.ruleX([0], { stroke: 'currentColor' }),
      ],
    },
  );
}

/** A logarithmic axis has no place for 0. */
const atLeast = ({ median }: Spread) => Math.max(median, 0.1);

const namesOf = (network: Network) => measured(network).map(name);

function draw(names: readonly string[], options: Plot.PlotOptions) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const plot = Plot.plot({
    document,
    width: 760,
    height: 76 + names.length * 26,
    marginLeft: 250,
    marginBottom: 46,
    y: { label: null, domain: names },
    ...options,
    // Below the numbers of the axis, and not among them.
    x: { labelOffset: 42, ...options.x },
  });
  return plot.outerHTML;
}
