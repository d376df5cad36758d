/** The comparison as a whole: transports take turns, round after round. */
import { stripVTControlCharacters } from 'node:util';
import { machine } from './machine.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { titleOf, type InstalledProxy } from '@on-the-wire/proxies/find.ts';
import type { Fault } from '@on-the-wire/tap/tap.ts';
import { formatFault } from '@on-the-wire/tap/tap.ts';
import { openTrustingBrowser } from '@on-the-wire/browser/trusting-browser.ts';
import { engineVersion, versionInWords } from '@on-the-wire/browser/version.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import { figuresOf, type Figures } from './figures.ts';
import { measureLoad, type Load } from './load/measure-load.ts';
import { linesBehind, whyNotBehind } from './transports/behind.ts';
import { withMine } from './transports/mine.ts';
import { measureTurn, type Turn } from './measure.ts';
import {
  nameOfTransport,
  transports,
  type Transport,
} from './transports/transports.ts';

/** What to compare, and how often. */
export interface CompareOptions {
  /** Ids of transports; all of them, if there are none. */
  only?: string[];
  /** Versions of HTTP; both, if there are none. */
  http?: string[];
  /** Whether the learner's own servers take part. */
  mine?: boolean;
  rounds: number;
  /** How many updates a turn has, and ms between two of them. */
  updates: number;
  every: number;
  seed: string;
  /** Measured once more with these, beside the network without faults. */
  faults: readonly Fault[];
  /** Whether cuts and restarts are tried. */
  recover: boolean;
  /** How many clients there are under load; each number in turn. */
  clients: readonly number[];
  /** What stands before the servers; nothing is then measured under load. */
  behind?: InstalledProxy;
  /** The command that was typed, for the readers of the report. */
  command: string;
}

/** One transport on one network. */
export interface Compared {
  transport: Transport;
  figures?: Figures;
  /** Why there are none. */
  failed?: string;
}

/** A network, and all transports on it. */
export interface Network {
  /** As on the command line; none for a network without faults. */
  faults: string[];
  transports: Compared[];
}

/** One transport under load: for each number of clients the figures, or why there are none. */
export interface Loaded {
  transport: Transport;
  loads: (Load | { clients: number; blank: string })[];
}

/** What stood between pages and servers. */
export interface ProxyBetween {
  /** "nginx 1.22.1 (Debian)" */
  title: string;
  /** Of its configuration. */
  lines: string;
  /** What was not measured through it, and why: sentences. */
  left: string[];
}

/** A report: all that was measured, and with what. */
export interface Comparison {
  /** Of the course that measured. */
  version: string;
  machine: string;
  browser: string;
  command: string;
  seed: string;
  rounds: number;
  updates: number;
  every: number;
  behind?: ProxyBetween;
  networks: Network[];
  loads: Loaded[];
}

/** What the fields of a file of `--json` are called: a format, which stays. */
const inJson: Record<string, string> = {
  transport: 'way',
  transports: 'ways',
  transportOverhead: 'beneath',
};

/** The report as a file of `--json`. */
export function comparisonAsJson(comparison: Comparison): string {
  const rename = (_key: string, value: unknown): unknown =>
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? value
      : Object.fromEntries(
          Object.entries(value).map(([name, of]) => [inJson[name] ?? name, of]),
        );
  return `${JSON.stringify(comparison, rename, 2)}\n`;
}

/**
 * Finds transports by their ids.
 *
 * @param http only those over these versions of HTTP, and MQTT
 * @throws UsageError (2)
 */
export function findTransports(
  only: readonly string[] = [],
  http: readonly string[] = [],
): Transport[] {
  for (const id of only) {
    if (transports.some((transport) => transport.id === id)) continue;
    const all = [...new Set(transports.map((transport) => transport.id))].join(
      ', ',
    );
    throw new UsageError(
      `There is no way "${id}" to compare. There are: ${all}.`,
      2,
    );
  }
  const isLeft = (over: string) =>
    http.length > 0 &&
    over.startsWith('HTTP/') &&
    !http.includes(over.slice('HTTP/'.length));
  return transports.filter(
    ({ id, over }) => (only.length === 0 || only.includes(id)) && !isLeft(over),
  );
}

/**
 * Compares. A transport that fails is reported in its place; the rest goes on.
 *
 * @param say gets a line before each turn
 * @throws UsageError (2), or Error where there is no browser
 */
export async function compare(
  options: CompareOptions,
  say: (line: string) => void,
): Promise<Comparison> {
  const { rounds, updates, every, seed, faults, recover, command, behind } =
    options;
  const found = findTransports(options.only, options.http);
  const all = options.mine ? withMine(found) : found;
  const { chosen, between } = throughProxy(all, options);
  const lines = faults.length > 0 ? [[], faults] : [[]];
  const turns = new Map<string, Turn[]>();
  const failed = new Map<string, string>();
  const key = (line: readonly Fault[], transport: Transport) =>
    `${lines.indexOf(line as Fault[])} ${nameOfTransport(transport)}`;

  const browser = await openTrustingBrowser();
  const version = engineVersion('chromium', browser.version());
  try {
    let turn = 0;
    const count = rounds * lines.length * chosen.length;
    for (let round = 1; round <= rounds; round += 1) {
      for (const line of lines) {
        for (const transport of chosen) {
          turn += 1;
          const at = key(line, transport);
          if (failed.has(at)) continue;
          say(
            `${turn} of ${count}: ${transport.title}, ${transport.over}` +
              (line.length > 0 ? `, ${line.map(formatFault).join(', ')}` : ''),
          );
          try {
            const measured = await measureTurn(transport, browser, {
              updates,
              every,
              seed,
              recover,
              faults: line,
              ...(behind && { behind }),
            });
            turns.set(at, [...(turns.get(at) ?? []), measured]);
          } catch (error) {
            failed.set(at, whyOf(error));
          }
        }
      }
    }
  } finally {
    await browser.close();
  }
  const networks = lines.map((line) => ({
    faults: line.map(formatFault),
    transports: chosen.map((transport) => {
      const measured = turns.get(key(line, transport));
      const why = failed.get(key(line, transport));
      return {
        transport,
        ...(measured && { figures: figuresOf(measured) }),
        ...(why !== undefined && { failed: why }),
      };
    }),
  }));
  const loads = chosen
    .filter(({ raw }) => raw)
    .map((transport): Loaded => ({ transport, loads: [] }));
  for (const clients of behind ? [] : options.clients) {
    for (const loaded of loads) {
      const { transport } = loaded;
      say(`${transport.title}, ${transport.over}: ${clients} clients`);
      try {
        loaded.loads.push(await measureLoad(transport, clients, seed));
      } catch (error) {
        loaded.loads.push({ clients, blank: whyOf(error) });
      }
    }
  }
  return {
    version: courseVersion(),
    machine: machine(),
    browser: versionInWords(version),
    command,
    seed,
    rounds,
    updates,
    every,
    ...(between && { behind: between }),
    networks,
    loads,
  };
}

/**
 * What of it goes through the proxy, and what is said of the rest.
 *
 * @throws UsageError (2) where nothing does
 */
function throughProxy(
  all: readonly Transport[],
  { behind, clients }: CompareOptions,
): { chosen: readonly Transport[]; between?: ProxyBetween } {
  if (!behind) return { chosen: all };
  const chosen = all.filter((each) => !whyNotBehind(behind, each));
  const left = new Set(all.flatMap((each) => whyNotBehind(behind, each) ?? []));
  if (chosen.length === 0) throw new UsageError([...left].join(' '), 2);
  if (clients.length > 0)
    left.add(
      'Nothing was measured under load: that weighs the server, which is the ' +
        'same behind a proxy.',
    );
  const [title, lines] = [titleOf(behind), linesBehind(behind)];
  return { chosen, between: { title, lines, left: [...left] } };
}

/** What went wrong, in one line: a cell of a table has no room for more. */
function whyOf(error: unknown): string {
  const text = stripVTControlCharacters((error as Error).message);
  return text.split('\n')[0]!;
}
