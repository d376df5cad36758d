/**
 * One update to very many: the lessons' servers beside the least that would do,
 * and beside what people would take instead. Each in a process of its own.
 */
import { measureLoad, type Load } from '../load/measure-load.ts';
import { transports, type Transport } from '../transports/transports.ts';
import { medianOf } from '../statistics.ts';
import {
  install,
  isInstalled,
  packages,
  type PackageName,
} from './fanout/packages.ts';

/** One server of a field. */
interface Runner {
  title: string;
  transport: Transport;
  /** What it needs, where the course does not have it. */
  needs?: PackageName;
  /** The lesson is to be ahead of it. */
  rival?: true;
}

/** The lesson first, then the floor, then the others. */
interface Field {
  name: string;
  runners: Runner[];
  /** Clients, where they are fewer than all: each is two connections here. */
  atMost?: number;
  /** Most KiB for a client that waits. */
  memory?: number;
}

const file = (name: string) =>
  new URL(`fanout/servers/${name}.ts`, import.meta.url).href;

const byId = (id: string) =>
  transports.find(
    (transport) => transport.id === id && transport.over === 'HTTP/1.1',
  )!;

/** No heartbeat while it is measured: only updates are counted. */
const calm = { comment: 600_000, heartbeat: 600_000, ping: 600_000 };
const ofLesson = (transport: Transport): Transport => ({
  ...transport,
  options: calm,
});
const instead = (transport: Transport, name: string): Transport => ({
  ...transport,
  title: name,
  server: file(name),
});

const sse = byId('sse');
const websocket = byId('websocket');
const http2: Transport = {
  ...sse,
  id: 'http2',
  lesson: 'http2',
  over: 'HTTP/2',
  direct: true,
  raw: { kind: 'streams', path: '/events' },
};
const gateway: Transport = {
  ...sse,
  id: 'gateway',
  lesson: 'server-to-server',
  raw: { kind: 'events', path: '/station/events' },
  behind: instead(sse, 'sse-bare'),
};

/** What is compared with each other: the servers of one way to talk. */
export const fields: readonly Field[] = [
  {
    name: 'Server-Sent Events',
    memory: 16,
    runners: [
      { title: 'the lesson', transport: ofLesson(sse) },
      { title: 'node:http', transport: instead(sse, 'sse-bare') },
      {
        title: 'better-sse',
        transport: instead(sse, 'sse-better'),
        needs: 'better-sse',
        rival: true,
      },
    ],
  },
  {
    name: 'WebSocket',
    memory: 10,
    runners: [
      { title: 'the lesson', transport: ofLesson(websocket) },
      { title: 'ws', transport: instead(websocket, 'websocket-bare') },
      {
        title: 'socket.io',
        transport: {
          ...instead(websocket, 'websocket-socketio'),
          raw: {
            kind: 'socket.io',
            path: '/socket.io/?EIO=4&transport=websocket',
          },
        },
        needs: 'socket.io',
        rival: true,
      },
    ],
  },
  {
    name: 'HTTP/2, 100 streams a connection',
    runners: [
      { title: 'the lesson', transport: ofLesson(http2) },
      { title: 'node:http2', transport: instead(http2, 'http2-bare') },
    ],
  },
  {
    name: 'Gateway',
    atMost: 2_000,
    runners: [
      { title: 'the lesson', transport: gateway },
      { title: 'http2-proxy', transport: instead(gateway, 'gateway-bare') },
      {
        title: 'undici',
        transport: instead(gateway, 'gateway-undici'),
        needs: 'undici',
      },
    ],
  },
];

/** A goal, and whether it is kept. */
export interface FanoutGoal {
  what: string;
  found: number;
  /** At least, or at most. */
  wanted: number;
  holds: boolean;
}

/**
 * Measures all fields, the servers of each in turns.
 *
 * @param say gets a line before each turn
 * @returns the table, and the goals
 */
export async function benchFanout(
  {
    clients,
    rounds,
    installs,
  }: { clients: number; rounds: number; installs: boolean },
  say: (line: string) => void,
): Promise<{ text: string; goals: FanoutGoal[] }> {
  if (installs) await install();
  const lines: string[] = [];
  const goals: FanoutGoal[] = [];
  for (const field of fields) {
    const count = Math.min(clients, field.atMost ?? Infinity);
    const here = field.runners.filter(
      ({ needs }) => needs === undefined || isInstalled(needs),
    );
    const loads = new Map<Runner, Load[]>(here.map((each) => [each, []]));
    for (let round = 1; round <= rounds; round += 1)
      for (const runner of here) {
        say(`${field.name}: ${runner.title}, round ${round} of ${rounds}`);
        const load = await measureLoad(runner.transport, count, 'fanout');
        loads.get(runner)!.push(load);
      }
    const report = reportOf(field, count, loads);
    lines.push('', ...report.lines);
    goals.push(...report.goals);
  }
  return { text: `${lines.join('\n')}\n`, goals };
}

/**
 * A field's table, and its goals.
 *
 * @param clients how many there were
 * @param loads what was measured of each server, a figure a round
 * @returns the table line by line, and for each goal whether it is kept
 */
export const reportOf = (
  field: Field,
  clients: number,
  loads: Map<Runner, Load[]>,
): { lines: string[]; goals: FanoutGoal[] } => ({
  lines: tableOf(field, clients, loads),
  goals: goalsOf(field, loads),
});

/** Deliveries in a second of the server's processor. */
const perSecond = (loads: readonly Load[]) =>
  1e6 / medianOf(loads.map(({ cpu }) => cpu));
const kibOf = (loads: readonly Load[]) =>
  medianOf(loads.map(({ memory = 0 }) => memory)) / 1024;
const missing = (loads: readonly Load[]) =>
  loads.reduce((sum, { arrived, wanted }) => sum + wanted - arrived, 0);

function tableOf(
  { name, runners }: Field,
  clients: number,
  all: Map<Runner, Load[]>,
): string[] {
  const floor = perSecond(all.get(runners[1]!)!);
  const head = [
    '',
    'KiB, idle',
    'deliveries/s',
    'spread',
    'to the floor',
    'lost',
  ];
  const rows = runners.map((runner) => {
    const loads = all.get(runner);
    if (!loads) {
      const { needs } = runner;
      const version = packages[needs!];
      return [runner.title, `not installed (${version}): --install`];
    }
    const each = loads.map(({ cpu }) => 1e6 / cpu);
    const rate = perSecond(loads);
    return [
      runner.title,
      kibOf(loads) > 0 ? kibOf(loads).toFixed(1) : '–',
      count(rate),
      `${count(Math.min(...each))} – ${count(Math.max(...each))}`,
      `${(rate / floor).toFixed(2)} ×`,
      String(missing(loads)),
    ];
  });
  const busy = Math.max(
    ...[...all.values()].flat().map(({ generator }) => generator),
  );
  const warning =
    busy > 0.8
      ? [`The clients’ own process was busy for ${Math.round(busy * 100)} %.`]
      : [];
  const widths = head.map((_, column) =>
    Math.max(
      ...[head, ...rows.filter((row) => row.length > 2)].map(
        (row) => row[column]!.length,
      ),
    ),
  );
  return [
    `${name}, ${clients} clients`,
    ...[head, ...rows].map((row) =>
      row
        .map((cell, column) =>
          column === 0 || row.length === 2
            ? cell.padEnd(widths[column]!)
            : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    ),
    ...warning,
  ];
}

const count = (rate: number) => Math.round(rate).toLocaleString('en');

function goalsOf(
  { name, runners, memory }: Field,
  all: Map<Runner, Load[]>,
): FanoutGoal[] {
  const [ours, floor, ...others] = runners;
  const own = perSecond(all.get(ours!)!);
  const atLeast = (
    what: string,
    found: number,
    wanted: number,
  ): FanoutGoal => ({
    what: `${name}: ${what}`,
    found,
    wanted,
    holds: found >= wanted,
  });
  const atMost = (what: string, found: number, wanted: number): FanoutGoal => ({
    what: `${name}: ${what}`,
    found,
    wanted,
    holds: found <= wanted,
  });
  return [
    atLeast('deliveries, to the floor', own / perSecond(all.get(floor!)!), 0.9),
    ...others.flatMap((other) => {
      const loads = all.get(other);
      if (!loads || !other.rival) return [];
      const what = `deliveries, to ${other.title}`;
      return [atLeast(what, own / perSecond(loads), 1)];
    }),
    ...(memory === undefined
      ? []
      : [atMost('KiB of an idle client', kibOf(all.get(ours!)!), memory)]),
    atMost('lost', missing(all.get(ours!)!), 0),
  ];
}
