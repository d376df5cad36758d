/** Measures proxies: all at once, and those columns that wait side by side. */
import { findProxy, type InstalledProxy } from '@on-the-wire/proxies/find.ts';
import { programs } from '@on-the-wire/proxies/programs.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import type { Found } from '../claims/claim.ts';
import type { Http } from '../claims/columns.ts';
import { Between } from './between.ts';
import type { ProxyColumn } from './column.ts';
import { proxyColumns } from './columns/columns.ts';
import { subjects, type Subject } from './subjects.ts';

/** What came of a measurement. */
export interface SettledProxy extends Found {
  subject: Subject;
  installed: InstalledProxy;
  column: ProxyColumn;
  http: Http;
  /** What was on the wire, on both sides: pcapng. */
  recording?: Uint8Array;
}

/** What is to be measured. */
export interface ProxyChoice {
  subjects: readonly Subject[];
  columns: readonly ProxyColumn[];
  http: readonly Http[];
  /** What `quick` has left out. */
  leftOut?: readonly ProxyColumn[];
}

/**
 * Finds proxies and columns by their ids.
 *
 * @param only ids of both kinds; none of a kind means all of it
 * @throws UsageError (2) that says what there is
 */
export function chooseProxies({
  only = [],
  http = ['1.1', '2'],
  quick = false,
}: {
  only?: readonly string[];
  http?: readonly Http[];
  quick?: boolean;
}): ProxyChoice {
  for (const id of only) {
    if ([...subjects, ...proxyColumns].some((each) => each.id === id)) continue;
    const all = (of: readonly { id: string }[]) =>
      of.map((each) => each.id).join(', ');
    throw new UsageError(
      `There is no proxy and no question "${id}". There are the proxies ` +
        `${all(subjects)}, and the questions ${all(proxyColumns)}.`,
      2,
    );
  }
  const chosen = <Each extends { id: string }>(all: readonly Each[]) => {
    const named = all.filter(({ id }) => only.includes(id));
    return named.length === 0 ? all : named;
  };
  const named = chosen(proxyColumns);
  const leftOut = named.filter(({ waits }) => quick && waits);
  return {
    subjects: chosen(subjects),
    columns: named.filter((column) => !leftOut.includes(column)),
    http,
    leftOut,
  };
}

/** Whether there is such a cell: a front with TLS, a question for this version. */
export const isAsked = (
  { program }: Subject,
  column: ProxyColumn,
  http: Http,
): boolean =>
  (http === '1.1' || programs[program].endsTls) &&
  (column.http ?? http) === http;

/** So many measurements run at a time, apart from those that wait. */
const AT_A_TIME = 6;

/** A proxy that is started once for several columns. */
interface Front extends Pick<SettledProxy, 'subject' | 'installed' | 'http'> {
  columns: readonly ProxyColumn[];
  /** Whether nothing is to listen behind it. */
  refuses: boolean;
}

/** What must be started for what was chosen, as far as it is installed. */
function frontsOf({ subjects: chosen, columns, http }: ProxyChoice): Front[] {
  const all = chosen.flatMap((subject) => {
    const installed = findProxy(subject.program);
    if (!installed) return [];
    return http.flatMap((version) =>
      [false, true].map((refuses): Front => {
        const own = columns.filter(
          (column) =>
            (column.refuses ?? false) === refuses &&
            isAsked(subject, column, version),
        );
        return { subject, installed, http: version, columns: own, refuses };
      }),
    );
  });
  return all.filter(({ columns: own }) => own.length > 0);
}

/** How many outcomes there will be. */
export const countSettled = (choice: ProxyChoice): number =>
  frontsOf(choice).reduce((sum, { columns }) => sum + columns.length, 0);

/**
 * Measures what is installed of what was chosen.
 *
 * @param say gets each outcome as it is known
 * @param signal ends it: what is not known by then is left out
 * @returns the outcomes, in the order of the table
 */
export async function settleProxies(
  choice: ProxyChoice,
  say: (settled: SettledProxy) => void = () => {},
  signal?: AbortSignal,
): Promise<SettledProxy[]> {
  const fronts = frontsOf(choice);
  // All are started before anything is measured: starting takes what measuring
  // needs, and would be measured, too.
  const started = await Promise.all(
    fronts.map(({ subject, installed, http, refuses }) =>
      Between.start(subject, installed, http, refuses).catch(
        (error: Error) => error,
      ),
    ),
  );
  const turns = new Turns(AT_A_TIME);
  const all = await Promise.all(
    fronts.map((front, index) =>
      measure(front, started[index]!, turns, say, signal),
    ),
  );
  const { subjects: rows, columns } = choice;
  return all
    .flat()
    .toSorted(
      (a, b) =>
        rows.indexOf(a.subject) - rows.indexOf(b.subject) ||
        columns.indexOf(a.column) - columns.indexOf(b.column),
    );
}

/**
 * Measures the columns of one front: those that wait side by side, meanwhile the
 * others one after the other. What goes wrong is a word, too: `failed`.
 */
async function measure(
  { columns, refuses: _refuses, ...front }: Front,
  between: Between | Error,
  turns: Turns,
  say: (settled: SettledProxy) => void,
  signal?: AbortSignal,
): Promise<SettledProxy[]> {
  // What waits for a connection learns that it is over.
  const end = async () => {
    if (!(between instanceof Error)) await between.close();
  };
  signal?.addEventListener('abort', () => void end());
  if (signal?.aborted) {
    await end();
    return [];
  }
  const settle = async (column: ProxyColumn): Promise<SettledProxy> => {
    const { recording, ...found } =
      between instanceof Error
        ? failed(between)
        : column.waits
          ? await run(between, column)
          : await turns.take(() => run(between, column));
    const settled = {
      ...front,
      column,
      ...found,
      ...(recording && { recording }),
    };
    say(settled);
    return settled;
  };
  const waiting = columns.filter(({ waits }) => waits).map(settle);
  const all: SettledProxy[] = [];
  for (const column of columns.filter(({ waits }) => !waits))
    if (!signal?.aborted) all.push(await settle(column));
  all.push(...(await Promise.all(waiting)));
  await end();
  return all;
}

/** Lets so many do something at a time, in the order in which they come. */
class Turns {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(free: number) {
    this.#free = free;
  }

  async take<Result>(act: () => Promise<Result>): Promise<Result> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((go) => this.#waiting.push(go));
    try {
      return await act();
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free += 1;
    }
  }
}

async function run(
  between: Between,
  column: ProxyColumn,
): Promise<Found & { recording?: Uint8Array }> {
  const probe = between.begin();
  const found = await column.measure(probe).catch(failed);
  await probe.end();
  return { ...found, recording: await probe.recording() };
}

const failed = ({ message }: Error): Found & { recording?: Uint8Array } => ({
  word: 'failed',
  evidence: message,
});
