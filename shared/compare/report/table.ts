/** A comparison as text, for a terminal. */
import type { Compared, Comparison, Loaded, Network } from '../compare.ts';
import type { Load } from '../load/measure-load.ts';
import type { Figures, Recovered } from '../figures.ts';
import type { Spread } from '../statistics.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { transportOverheadInWords } from '../subscribers/traffic-meter.ts';

interface Column {
  title: string;
  /** Undefined leaves the cell blank. */
  cell(figures: Figures): string | undefined;
}

const middle = (spread: Spread, digits = 0) => spread.median.toFixed(digits);

/** All figures of a transport, in the order of columns. */
export const figureColumns: readonly Column[] = [
  { title: 'p50 ms', cell: ({ p50 }) => middle(p50, 1) },
  { title: 'p99 ms', cell: ({ p99 }) => middle(p99, 1) },
  { title: 'up B', cell: ({ up }) => middle(up) },
  { title: 'down B', cell: ({ down }) => middle(down) },
  { title: 'payload B', cell: ({ payload }) => middle(payload) },
  { title: 'overhead B', cell: ({ overhead }) => middle(overhead) },
  {
    title: 'TCP/IP B',
    cell: ({ transportOverhead }) => middle(transportOverhead),
  },
  { title: 'trips', cell: ({ roundTrips }) => middle(roundTrips, 2) },
  { title: 'conn.', cell: ({ connections }) => middle(connections) },
  { title: 'lost', cell: ({ lost, told }) => `${lost} of ${told}` },
  { title: 'doubled', cell: ({ doubled }) => String(doubled) },
  { title: 'after a cut', cell: ({ cut }) => cut && recovered(cut) },
  {
    title: 'a restart',
    cell: ({ restart }) => restart && duration(restart.ms),
  },
];

/** Of a terminal. */
const WIDTH = 80;

/** The whole report, in lines of at most 80 characters. */
export function describeComparison(comparison: Comparison): string {
  const { networks, behind } = comparison;
  return [
    ...networks.flatMap((network) => [
      networkInWords(network, comparison),
      '',
      tableOf(network),
      '',
    ]),
    ...(comparison.loads.some(({ loads }) => loads.length > 0)
      ? [
          'Under load, raw clients over HTTP/1.1, without a tap',
          'KiB: for each client; µs: of the processor, for each update',
          '',
          tableOfLoads(comparison.loads),
          '',
        ]
      : []),
    ...(behind
      ? [
          ...behind.left.flatMap((sentence) => wrap(sentence, WIDTH)),
          ...(behind.left.length > 0 ? [''] : []),
          `The lines of ${behind.title}`,
          '',
          behind.lines,
        ]
      : []),
    ...howItWasMade(comparison).flatMap((line) =>
      // A command that can be copied stays one line.
      line === comparison.command ? [line] : wrap(line, WIDTH),
    ),
    '',
    ...bookLines(networks[0]).flatMap((line) => wrap(line, WIDTH)),
    '',
  ].join('\n');
}

/** What was done to the network, and what stood in it. */
export const networkInWords = (
  { faults }: Network,
  { behind }: Comparison,
): string =>
  (faults.length === 0 ? 'On a clean network' : `Under ${faults.join(', ')}`) +
  (behind ? `, behind ${behind.title}` : '');

/** What a reader must know to judge the figures, or to measure again. */
export function howItWasMade(comparison: Comparison): string[] {
  const { version, rounds, updates, every, machine, browser, seed, behind } =
    comparison;
  return [
    `Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'} in which the ` +
      `ways took turns; each had ${updates} updates, one every ${every} ms.`,
    'p50, p99: ms from the update in the server until the page has it; 50 ' +
      'and 99 of 100 updates are faster.',
    'up, down, payload, overhead, trips (request and response): for one ' +
      'update. Payload and overhead are both directions together.',
    `TCP/IP: ${transportOverheadInWords}.`,
    behind
      ? `HTTP/2: ${behind.title} ends TLS; to the server it speaks HTTP/1.1. ` +
        'Bytes were counted, and faults struck, between page and proxy.'
      : 'HTTP/2: the same server behind a gateway (http2-proxy, TLS), as in ' +
        'production; the times include it. MQTT: to a broker, and from there to ' +
        'the copy of the board in another server.',
    'lost: updates that did not arrive one by one; a polled board is right ' +
      'all the same. after a cut, a restart: until an update that was made ' +
      'afterwards had arrived.',
    ...(behind
      ? []
      : [
          'Under load: memory is what the server grew by, after a garbage ' +
            'collection; µs of its processor for each update that arrived, or ' +
            'each response to a poll, one every second; load itself: how busy ' +
            'the process of the clients was.',
        ]),
    `On the Wire ${version}; ${machine}; ${browser}; seed ${seed}.`,
    comparison.command,
  ];
}

/** A terminal has 80 columns: all figures of a transport take three tables. */
const parts: readonly (readonly Column[])[] = [
  named('p50 ms', 'p99 ms', 'lost', 'doubled', 'trips', 'conn.'),
  named('up B', 'down B', 'payload B', 'overhead B', 'TCP/IP B'),
  [
    { title: 's after a cut', cell: ({ cut }) => cut && seconds(cut.ms) },
    { title: 'lost', cell: ({ cut }) => cut && String(cut.lost) },
    { title: 'doubled', cell: ({ cut }) => cut && String(cut.doubled) },
    {
      title: 's after a restart',
      cell: ({ restart }) => restart && seconds(restart.ms),
    },
  ],
];

function named(...titles: string[]): Column[] {
  return titles.map((wanted) =>
    figureColumns.find(({ title }) => title === wanted)!,
  );
}

function tableOf({ transports }: Network): string {
  const tables = parts
    .map((part) => byVersion(part, transports))
    .filter((table) => table !== '');
  const failures = transports.flatMap(({ transport, failed }) =>
    failed === undefined
      ? []
      : wrap(
          `${transport.title}, ${transport.over}: not measured. ${failed}`,
          WIDTH,
        ),
  );
  const notes = failures.length > 0 ? [failures.join('\n')] : [];
  return [...tables, ...notes].join('\n\n');
}

/** Transports over one version of HTTP stand together, below its name. */
function byVersion(
  part: readonly Column[],
  transports: readonly Compared[],
): string {
  const cellsOf = ({ figures }: Compared) =>
    part.map(({ cell }) => (figures && cell(figures)) ?? '');
  if (transports.flatMap(cellsOf).every((cell) => cell === '')) return '';
  const head = ['', ...part.map(({ title }) => title)];
  const versions = [
    ...new Set(transports.map(({ transport }) => transport.over)),
  ];
  const rows = versions.flatMap((version) => [
    [version, ...part.map(() => '')],
    ...transports
      .filter(({ transport }) => transport.over === version)
      .map((each) => [each.transport.title, ...cellsOf(each)]),
  ]);
  return align([head, ...rows]).join('\n');
}

/** All figures of a transport under load, in the order of columns. */
export const loadColumns: readonly {
  title: string;
  /** The title where there is little room. */
  short: string;
  cell(load: Load): string | undefined;
}[] = [
  {
    title: 'KiB a client',
    short: 'KiB',
    cell: ({ memory }) =>
      memory === undefined ? undefined : (memory / 1024).toFixed(1),
  },
  { title: 'µs an update', short: 'µs', cell: ({ cpu }) => cpu.toFixed(0) },
  {
    title: 'arrived',
    short: 'arrived',
    cell: ({ arrived, wanted }) =>
      arrived >= wanted ? 'all' : `${arrived} of ${wanted}`,
  },
  {
    title: 'load itself',
    short: 'load itself',
    cell: ({ generator }) =>
      `${Math.round(generator * 100)} %${generator > BUSY ? ' (!)' : ''}`,
  },
];

/** Above this share the clients' process may be the bottleneck. */
const BUSY = 0.8;

function tableOfLoads(all: readonly Loaded[]): string {
  const rows = all.flatMap(({ transport, loads }) =>
    loads.map((load) => [
      transport.title,
      load.clients.toLocaleString('en'),
      ...loadColumns.map(({ cell }) =>
        'blank' in load ? '' : (cell(load) ?? ''),
      ),
    ]),
  );
  const head = ['', 'clients', ...loadColumns.map(({ short }) => short)];
  const notes = notesOnLoads(all);
  return [
    ...align([head, ...rows]),
    ...(notes.length > 0
      ? ['', ...notes.flatMap((note) => wrap(note, WIDTH))]
      : []),
  ].join('\n');
}

/** Why a cell is blank, or cannot be trusted. */
export function notesOnLoads(all: readonly Loaded[]): string[] {
  const blanks = all.flatMap(({ transport, loads }) =>
    loads.flatMap((load) =>
      'blank' in load
        ? [`${transport.title}, ${load.clients} clients: blank. ${load.blank}.`]
        : [],
    ),
  );
  const measured = all.flatMap(({ loads }) =>
    loads.filter((load): load is Load => !('blank' in load)),
  );
  return [
    ...blanks,
    ...(measured.some(({ memory }) => memory === undefined)
      ? [
          'KiB blank: the memory of so few clients is lost in that of the process.',
        ]
      : []),
    ...(measured.some(({ generator }) => generator > BUSY)
      ? ['(!): the process of the clients was the bottleneck, not the server.']
      : []),
  ];
}

/** Pads cells: the first column to the right, numbers to the left. */
function align(table: readonly string[][]): string[] {
  const widths = table[0]!.map((_title, index) =>
    Math.max(...table.map((row) => row[index]!.length)),
  );
  return table.map((row) =>
    row
      .map((cell, index) =>
        index < 1 ? cell.padEnd(widths[index]!) : cell.padStart(widths[index]!),
      )
      .join('  ')
      .trimEnd(),
  );
}

function bookLines(network?: Network): string[] {
  return (network?.transports ?? []).flatMap(({ transport }) =>
    transport.book === undefined
      ? []
      : [`The book says of ${transport.title}: ${transport.book}.`],
  );
}

function recovered({ ms, lost, doubled }: Recovered): string {
  const missed = lost > 0 ? `, ${lost} lost` : '';
  return `${duration(ms)}${missed}${doubled > 0 ? `, ${doubled} doubled` : ''}`;
}

const duration = (spread: Spread) => seconds(spread, ' s');

/** Jitter is part of some: so the spread is shown, too. */
function seconds({ median, least, most }: Spread, unit = ''): string {
  const [half, from, to] = [median, least, most].map((ms) =>
    (ms / 1000).toFixed(1),
  );
  return `${half}${unit}${from === to ? '' : ` (${from}–${to})`}`;
}
