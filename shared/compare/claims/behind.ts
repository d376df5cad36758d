/** The real programs before a claim's server, where a row is about proxies. */
import {
  findProxy,
  howToInstall,
  titleOf,
  type InstalledProxy,
} from '@on-the-wire/proxies/find.ts';
import { minimalLines } from '@on-the-wire/proxies/lines.ts';
import { programs, type ProxyName } from '@on-the-wire/proxies/programs.ts';
import { startProxy } from '@on-the-wire/proxies/start.ts';
import { versionInWords } from '@on-the-wire/browser/version.ts';
import { freePorts } from '@on-the-wire/system/ports.ts';
import type { Behind, Claim, ClaimRow, Found } from './claim.ts';
import type { Http } from './columns.ts';
import { measuredCell, measuredIn } from './measured.ts';

/** Programs that run, one behind the other. */
export interface RunningChain {
  /** "Varnish 7.1.1 (Debian)" */
  title: string;
  /** Of the first. */
  port: number;
  stop(): Promise<void>;
}

/** Over HTTP/2 one that cannot end TLS stands behind one that can. */
const namesOf = ({ name }: Behind, http: Http): ProxyName[] =>
  http === '2' && !programs[name].endsTls ? ['haproxy', name] : [name];

/**
 * Starts what a row is about.
 *
 * @param upstream the port behind them, which speaks HTTP/1.1 without TLS
 * @param tls key and certificate, where the first is to speak HTTP/2
 * @throws UsageError, ProxyMistake
 */
export async function startChain(
  behind: Behind,
  upstream: number,
  tls?: { key: string; cert: string },
): Promise<RunningChain> {
  const names = namesOf(behind, tls ? '2' : '1.1');
  const ports = [...(await freePorts(names.length)), upstream];
  const all = names.map((name) => findProxy(name)!);
  const running = await Promise.all(
    all.map((installed, at) =>
      startProxy(installed, {
        port: ports[at]!,
        upstream: { port: ports[at + 1]! },
        ...(tls && at === 0 && { tls }),
        lines:
          installed.program.name === behind.name
            ? behind.lines
            : minimalLines(installed.program.name),
      }),
    ),
  );
  return {
    title: all.map(titleOf).join(' and '),
    port: ports[0]!,
    async stop() {
      await Promise.all(running.map((each) => each.stop()));
    },
  };
}

/**
 * The claim as it can be settled on this machine: itself; or where the row is
 * about a program that is not installed, one that hands on our own run.
 */
export function settleable(
  row: ClaimRow,
  claim: Claim,
  http: Http,
  find: (name: ProxyName) => InstalledProxy | undefined = findProxy,
): Claim {
  const missing = missingFor(row, http, find);
  if (missing === undefined) return claim;
  const { meanwhile: _, ...rest } = claim;
  return {
    ...rest,
    inPage: async () => null,
    judge: () => ourRun(row, claim, http, missing),
  };
}

/** The program that a row is about and that this machine has not. */
export const missingFor = (
  { behind }: ClaimRow,
  http: Http,
  find = findProxy as (name: ProxyName) => InstalledProxy | undefined,
): ProxyName | undefined =>
  behind && namesOf(behind, http).find((name) => !find(name));

function ourRun(
  { id }: ClaimRow,
  { column }: Claim,
  http: Http,
  missing: ProxyName,
): Found {
  const cell = measuredCell('chromium', id, column, http);
  const { date, ...version } = measuredIn('chromium', cell);
  const run = cell && `${cell.word}, ${cell.evidence}`;
  return {
    word: 'not measured here',
    evidence: `${howToInstall(missing)} Our run in ${versionInWords(version)}, ${date}: ${run}`,
    unmeasured: true,
  };
}
