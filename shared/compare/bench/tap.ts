/**
 * What the tap costs: the same server, asked directly and through proxies that
 * take turns, each in a process of its own, as is the load. No two messages
 * are alike. Taps that lack their last parts take turns with them: so each part
 * of the tap has its own cost.
 */
import { freePort } from '@on-the-wire/system/ports.ts';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  fork,
  spawn,
  type ChildProcess,
} from '@on-the-wire/system/programs/start.ts';
import { medianOf } from '../statistics.ts';
import { TAP_PARTS, type TapPart } from './tap/parts.ts';
import type {
  LoadPlan,
  Measured,
  LoadRequest,
  LoadFigure,
  LoadResponse,
} from './tap/load.ts';

const NAMES = ['direct', 'bare proxy', 'tap', 'haproxy', 'mitmproxy'] as const;
type Name = (typeof NAMES)[number];

/** What one proxy came to in one round. */
interface Round extends Measured {
  /** µs of the processor for each request; of our own processes only. */
  processor: number | undefined;
}

/** µs of the processor for each request; of the bare proxy first. */
type Costs = Record<'bare proxy' | TapPart, number>;

/** A ratio that must be reached, or not be passed. */
export interface TapGoal {
  goal: string;
  found: number;
  wanted: number;
  holds: boolean;
}

/** What came of the bench. */
export interface TapBench {
  /** Medians over all rounds; a proxy that is not installed has none. */
  medians: Partial<Record<Name, Round>>;
  goals: TapGoal[];
  /**
   * What one part after the other adds to the bare proxy, in µs of the
   * processor for each request; forwarding may cost less than that proxy.
   */
  parts: Record<TapPart, number>;
  /** The table, and what was reached, as text. */
  text: string;
}

const host = '127.0.0.1';

/**
 * On an idle machine: on one where others run too, what reads much memory costs
 * more, and the ratio with it. Requests a second are no goal: what is left for
 * the tap of two processors depends on load and target.
 */
const PROCESSOR_GOAL = 1.5;

/**
 * Before the first round each proxy of ours has carried so many requests: by
 * then its code is compiled, and its ring of lines full.
 */
const WARM_UP = 50_000;

/**
 * Measures round trips of WebSocket messages, requests a second and what each
 * of them costs the proxy's processor, and bulk. Requests a second depend on
 * what else the machine does; the processor's time hardly does.
 *
 * @param rounds how often each takes its turn, after one that does not count
 */
export async function benchTap(rounds = 15): Promise<TapBench> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-tap-'));
  const children: ChildProcess[] = [];
  try {
    const { port: target } = await startNode(children, 'target');
    const bare = await startNode(children, 'bare-proxy', target);
    const taps: [TapPart, Started][] = [];
    for (const part of TAP_PARTS)
      taps.push([part, await startNode(children, 'tapped', target, part)]);
    const tap = taps.at(-1)![1];
    const ports: Partial<Record<Name, number>> = {
      direct: target,
      'bare proxy': bare.port,
      tap: tap.port,
      haproxy: await startHaproxy(children, folder, target),
      mitmproxy: await startMitmproxy(children, folder, target),
    };
    const ours = { 'bare proxy': bare.child, tap: tap.child };
    const load = fork(new URL('tap/load.ts', import.meta.url));
    children.push(load);
    const measured: Partial<Record<Name, Round[]>> = {};
    const costs: Costs[] = [];
    for (const { port } of [bare, ...taps.map(([, started]) => started)])
      await warmUp(load, port);
    for (let round = 0; round <= rounds; round += 1) {
      const cost: Partial<Costs> = {};
      for (const [part, { child, port }] of taps.slice(0, -1))
        cost[part] = await measureCost(load, loadFor('tap', port), child);
      for (const name of NAMES) {
        const port = ports[name];
        if (!port) continue;
        const proxy = ours[name as keyof typeof ours];
        const result = await measure(load, loadFor(name, port), proxy);
        // The first round is for the other proxies to warm up.
        if (round > 0) (measured[name] ??= []).push(result);
        if (name === 'bare proxy') cost[name] = result.processor!;
        if (name === 'tap') cost.lines = result.processor!;
      }
      if (round > 0) costs.push(cost as Costs);
    }
    return report(measured, costs, rounds);
  } finally {
    await Promise.all(children.map(stop));
    await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  load: ChildProcess,
  amount: LoadPlan,
  part: LoadFigure,
): Promise<LoadResponse> {
  load.send({ load: amount, part } satisfies LoadRequest);
  const [result] = (await once(load, 'message')) as [LoadResponse];
  return result;
}

async function warmUp(load: ChildProcess, port: number): Promise<void> {
  const plan = { ...loadFor('tap', port), duration: 1000 };
  for (let done = 0; done < WARM_UP;)
    done += (await run(load, plan, 'requests')).responses;
}

/** @param proxy a process of ours that can say what it has cost */
async function measure(
  load: ChildProcess,
  amount: LoadPlan,
  proxy: ChildProcess | undefined,
): Promise<Round> {
  const roundTrip = (await run(load, amount, 'roundTrip')).figure;
  const before = proxy && (await costOf(proxy));
  const { figure: requests, responses } = await run(load, amount, 'requests');
  const after = proxy && (await costOf(proxy));
  const processor = proxy && (after! - before!) / responses;
  const bulk = (await run(load, amount, 'bulk')).figure;
  return { roundTrip, requests, processor, bulk };
}

/** µs of the processor for each request. */
async function measureCost(
  load: ChildProcess,
  amount: LoadPlan,
  proxy: ChildProcess,
): Promise<number> {
  const before = await costOf(proxy);
  const { responses } = await run(load, amount, 'requests');
  return ((await costOf(proxy)) - before) / responses;
}

/** µs of the processor that a process has taken so far. */
async function costOf(child: ChildProcess): Promise<number> {
  child.send('cost');
  const [{ user, system }] = (await once(child, 'message')) as [
    NodeJS.CpuUsage,
  ];
  return user + system;
}

/** mitmproxy is so much slower that the same amount would take minutes. */
function loadFor(name: Name, port: number): LoadPlan {
  const share = name === 'mitmproxy' ? 0.1 : 1;
  return {
    port,
    // Short turns: what else the machine does then troubles all alike.
    roundTrips: 1000 * share,
    connections: 32,
    duration: 400,
    bulk: 200_000_000 * share,
  };
}

interface Started {
  child: ChildProcess;
  port: number;
}

async function startNode(
  children: ChildProcess[],
  file: string,
  ...parameters: (number | string)[]
): Promise<Started> {
  const url = new URL(`tap/${file}.ts`, import.meta.url);
  const child = fork(url, parameters.map(String));
  children.push(child);
  const [port] = (await once(child, 'message')) as [number];
  return { child, port };
}

async function startHaproxy(
  children: ChildProcess[],
  folder: string,
  target: number,
): Promise<number | undefined> {
  const port = await freePort();
  const file = join(folder, 'haproxy.cfg');
  await writeFile(
    file,
    `defaults
  mode tcp
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen bench
  bind ${host}:${port}
  server target ${host}:${target}
`,
  );
  return startProgram(children, 'haproxy', ['-db', '-f', file], port);
}

async function startMitmproxy(
  children: ChildProcess[],
  folder: string,
  target: number,
): Promise<number | undefined> {
  const port = await freePort();
  return startProgram(
    children,
    'mitmdump',
    [
      ['--quiet', '--listen-host', host, '--listen-port', String(port)],
      ['--mode', `reverse:http://${host}:${target}`],
      // Otherwise it would collect the whole download before it hands it on.
      ['--set', 'stream_large_bodies=1m', '--set', `confdir=${folder}`],
    ].flat(),
    port,
  );
}

/** undefined where the program is not installed. */
async function startProgram(
  children: ChildProcess[],
  program: string,
  parameters: string[],
  port: number,
): Promise<number | undefined> {
  const child = spawn(program, parameters, { stdio: 'ignore' });
  try {
    await once(child, 'spawn');
  } catch {
    return undefined;
  }
  children.push(child);
  for (let tries = 0; child.exitCode === null && tries < 200; tries += 1) {
    if (await accepts(port)) return port;
    await wait(50);
  }
  throw new Error(
    `started ${program} ${parameters.join(' ')}, but nobody accepts ` +
      `connections on port ${port}: run the command by hand to see why`,
  );
}

async function accepts(port: number): Promise<boolean> {
  const socket = net.connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function report(
  measured: Partial<Record<Name, Round[]>>,
  costs: readonly Costs[],
  rounds: number,
): TapBench {
  const medians: TapBench['medians'] = {};
  for (const name of NAMES) {
    const results = measured[name];
    if (!results) continue;
    medians[name] = {
      roundTrip: medianOf(results.map((result) => result.roundTrip)),
      requests: medianOf(results.map((result) => result.requests)),
      bulk: medianOf(results.map((result) => result.bulk)),
      processor: results[0]?.processor && medianOf(results.map(processorOf)),
    };
  }
  const goals = goalsOf(measured);
  const parts = partsOf(costs);
  return { medians, goals, parts, text: toText(medians, goals, parts, rounds) };
}

/** What each adds is taken within each round, and of these the median. */
function partsOf(costs: readonly Costs[]): Record<TapPart, number> {
  const parts: Partial<Record<TapPart, number>> = {};
  let before: keyof Costs = 'bare proxy';
  for (const part of TAP_PARTS) {
    const others = before;
    parts[part] = medianOf(costs.map((cost) => cost[part] - cost[others]));
    before = part;
  }
  return parts as Record<TapPart, number>;
}

const processorOf = ({ processor }: Round): number => processor ?? NaN;

/** A ratio is taken within each round, and of these the median. */
function goalsOf(measured: Partial<Record<Name, Round[]>>): TapGoal[] {
  const goals: TapGoal[] = [];
  const ratio = (other: Name, of: (round: Round) => number) => {
    const theirs = measured[other];
    return (
      theirs &&
      medianOf(
        measured.tap!.map((mine, round) => of(mine) / of(theirs[round]!)),
      )
    );
  };
  const add = (
    goal: string,
    found: number | undefined,
    wanted: number,
    holds: (found: number) => boolean,
  ) => {
    if (found === undefined) return;
    goals.push({ goal, found, wanted, holds: holds(found) });
  };
  const atLeast = (
    goal: string,
    other: Name,
    key: keyof Measured,
    wanted: number,
  ) => {
    const found = ratio(other, (round) => round[key]);
    add(`${goal}, at least`, found, wanted, (each) => each >= wanted);
  };
  add(
    'processor time for each request, of the bare proxy, at most',
    ratio('bare proxy', processorOf),
    PROCESSOR_GOAL,
    (found) => found <= PROCESSOR_GOAL,
  );
  atLeast('requests, of mitmproxy', 'mitmproxy', 'requests', 20);
  atLeast('bulk, of HAProxy', 'haproxy', 'bulk', 0.8);
  return goals;
}

function toText(
  medians: TapBench['medians'],
  goals: readonly TapGoal[],
  parts: Record<TapPart, number>,
  rounds: number,
): string {
  const { direct } = medians;
  const columns = [
    ['round trip', 'µs', 'roundTrip'],
    ['requests', '/s', 'requests'],
    ['bulk', 'MB/s', 'bulk'],
  ] as const;
  const title = columns.map(([column]) => `${column}  × direct`.padStart(24));
  title.push('processor'.padStart(20));
  const lines = [`${''.padEnd(12)}${title.join('')}`];
  for (const name of NAMES) {
    const row = medians[name];
    const cells = columns.map(([, unit, key]) => {
      if (!row || !direct) return 'not installed'.padStart(24);
      const ratio = (row[key] / direct[key]).toFixed(2);
      return `${row[key].toFixed(0)} ${unit}`.padStart(16) + ratio.padStart(8);
    });
    if (row?.processor !== undefined)
      cells.push(`${row.processor.toFixed(1)} µs/request`.padStart(20));
    lines.push(`${name.padEnd(12)}${cells.join('')}`);
  }
  lines.push('', 'what the parts of the tap add to the bare proxy');
  for (const part of TAP_PARTS)
    lines.push(
      `${part.padEnd(12)}${parts[part].toFixed(1).padStart(8)} µs/request`,
    );
  lines.push('', `medians of ${rounds} rounds, taking turns`, '');
  for (const { goal, found, wanted, holds } of goals)
    lines.push(
      `${holds ? 'reached' : 'MISSED '}  ${goal} ${wanted}: ${found.toFixed(2)}`,
    );
  return lines.join('\n');
}

if (import.meta.main) console.log((await benchTap()).text);
