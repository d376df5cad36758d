/** `pnpm compare`: the same board over every way to talk, measured. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  compare,
  comparisonAsJson,
  findTransports,
} from '@on-the-wire/compare/compare.ts';
import type { Http } from '@on-the-wire/compare/claims/columns.ts';
import {
  describeSettled,
  describeTable,
} from '@on-the-wire/compare/claims/describe.ts';
import { findRows, settleAll } from '@on-the-wire/compare/claims/settle.ts';
import { rows } from '@on-the-wire/compare/claims/rows/rows.ts';
import {
  proxyNamed,
  proxyNames,
} from '@on-the-wire/compare/transports/behind.ts';
import { transports } from '@on-the-wire/compare/transports/transports.ts';
import {
  mineMustStart,
  withMine,
} from '@on-the-wire/compare/transports/mine.ts';
import { describeComparison } from '@on-the-wire/compare/report/table.ts';
import { writeMeasured } from '@on-the-wire/compare/claims/write-measured.ts';
import {
  engines,
  learnersEngine,
  missingEngine,
  noEngine,
  type Engine,
} from '@on-the-wire/browser/engines.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import {
  collect,
  endWhenTold,
  mustBeWritable,
  parseSeed,
  readFaults,
  runVerb,
  wholeNumber,
  verb,
} from '@on-the-wire/course/harness/verb.ts';
import { proxyColumns } from '@on-the-wire/compare/proxies/columns/columns.ts';
import {
  describeDuration,
  describeProxies,
  describeSettledProxy,
} from '@on-the-wire/compare/proxies/describe.ts';
import {
  makeRecordFolder,
  recordProxies,
} from '@on-the-wire/compare/proxies/record.ts';
import {
  chooseProxies,
  countSettled,
  settleProxies,
} from '@on-the-wire/compare/proxies/settle.ts';
import { subjects } from '@on-the-wire/compare/proxies/subjects.ts';
import { writeMeasuredProxies } from '@on-the-wire/compare/proxies/write-measured.ts';
import { commandForReport } from '@on-the-wire/compare/report/command.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { InvalidArgumentError } from 'commander';

interface Flags {
  only?: string[];
  http?: Http[];
  quick?: true;
  rounds: number;
  fault?: string[];
  clients: number[];
  seed?: number;
  html?: string;
  json?: string;
  claims?: true;
  proxies?: true;
  mine?: true;
  behind?: string;
  record?: string;
  engine?: Engine[];
  write?: true;
}

const list = (text: string) => text.split(',').map((part) => part.trim());

function versions(text: string): Http[] {
  const isVersion = (one: string): one is Http => one === '1.1' || one === '2';
  const named = list(text);
  if (named.every(isVersion)) return named;
  throw new InvalidArgumentError('expected 1.1, 2, or 1.1,2.');
}

function enginesIn(text: string): Engine[] {
  if (text === 'all') return [...engines];
  const isEngine = (one: string): one is Engine =>
    engines.some((engine) => engine === one);
  const named = list(text);
  if (named.every(isEngine)) return named;
  throw new InvalidArgumentError(`expected all, or ${engines.join(', ')}.`);
}

const counts = (text: string) => list(text).map(wholeNumber(1));

const program = verb('compare')
  .description(
    'measures the same board over every way to talk, on this machine',
  )
  .option(
    '--only <names>',
    `only these ways: ${[...new Set(transports.map(({ id }) => id))].join(', ')}; ` +
      `with --claims these rows: ${rows.map(({ id }) => id).join(', ')}; ` +
      `with --proxies these proxies: ${subjects.map(({ id }) => id).join(', ')}; ` +
      `and these questions: ${proxyColumns.map(({ id }) => id).join(', ')}`,
    list,
  )
  .option('--http <versions>', 'only these versions of HTTP: 1.1,2', versions)
  .option(
    '--quick',
    'one round over HTTP/1.1 with a few updates: under 30 s; ' +
      'with --proxies without what waits for a timeout',
  )
  .option('--mine', `your own servers beside ours: see ${pnpm} exercise`)
  .option(
    '--behind <proxy>',
    `put a proxy before each server, if it is installed: ${proxyNames.join(', ')}`,
  )
  .option(
    '--claims',
    'the table of claims: every cell is tested in your browser',
  )
  .option(
    '--proxies',
    'what nginx, HAProxy, Caddy, Apache, Varnish and nghttpx do, if installed',
  )
  .option(
    '--record <folder>',
    'with --claims or --proxies: saves what was on the wire, a file for each cell',
  )
  .option(
    '--engine <names>',
    `with --claims: in these browsers: ${engines.join(',')}, or all`,
    enginesIn,
  )
  .option(
    '--write',
    'with --claims or --proxies: keeps what was measured in the repository (for maintainers)',
  )
  .option(
    '--rounds <n>',
    'how often every way takes its turn',
    wholeNumber(1),
    3,
  )
  .option(
    '--fault <fault>',
    'measures once more with this fault: latency=80ms, …',
    collect,
  )
  .option(
    '--clients <n>',
    'numbers of clients for the load: 100,1000,10000',
    counts,
    [100, 1_000, 10_000],
  )
  .option('--seed <n>', 'a number: another one makes other updates', parseSeed)
  .option('--html <file>', 'writes the report as one page, with plots')
  .option('--json <file>', 'writes all figures as JSON')
  .action((flags: Flags) => {
    // Half a comparison is reported as nothing: no figures, and no verdict.
    endWhenTold('Stopped before the end: nothing is reported.');
    if (flags.proxies) return settleProxyTable(flags);
    return flags.claims ? settleTable(flags) : measure(flags);
  });

await runVerb(program);

async function settleTable({ only, http, record, engine, write }: Flags) {
  findRows(only);
  const chosen = usable(engine);
  if (write && http)
    throw new UsageError('--write takes both versions of HTTP.', 2);
  const made =
    write && record === undefined
      ? await mkdtemp(join(tmpdir(), 'claims-'))
      : '';
  const folder = record ?? made;
  const settled = await settleAll(
    {
      engines: chosen,
      ...(only && { only }),
      ...(http && { http }),
      ...(folder && { folder }),
    },
    (each) => process.stderr.write(`${describeSettled(each)}\n`),
  );
  if (write) writeMeasured(settled, new Date().toISOString().slice(0, 10));
  if (made) await rm(made, { recursive: true });
  process.stdout.write(`\n${describeTable(settled, process.stdout.columns)}`);
  if (record !== undefined)
    process.stdout.write(`Open one: ${pnpm} wire ${settled[0]?.file}\n`);
  const isFine = settled.every(({ holds, unmeasured }) => holds || unmeasured);
  process.exitCode = isFine ? 0 : 1;
}

async function settleProxyTable({ only, http, quick, record, write }: Flags) {
  const choice = chooseProxies({
    ...(only && { only }),
    ...(http && { http }),
    quick: quick ?? false,
  });
  if (write && (only || http || quick))
    throw new UsageError('--write takes the whole table.', 2);
  if (record !== undefined) makeRecordFolder(record);
  process.stderr.write(`${describeDuration(choice)}\n`);
  const count = countSettled(choice);
  const began = performance.now();
  let done = 0;
  const progress = setInterval(() => {
    const seconds = Math.round((performance.now() - began) / 1000);
    process.stderr.write(`${seconds} s: ${done} of ${count} measured\n`);
  }, 10_000);
  const settled = await settleProxies(choice, (each) => {
    done += 1;
    process.stderr.write(`${describeSettledProxy(each)}\n`);
  });
  clearInterval(progress);
  if (record !== undefined) await recordProxies(record, settled);
  const hasFailed = settled.some(({ word }) => word === 'failed');
  if (write && !hasFailed)
    writeMeasuredProxies(settled, new Date().toISOString().slice(0, 10));
  const { columns } = process.stdout;
  process.stdout.write(`\n${describeProxies(choice, settled, columns)}`);
  process.exitCode = hasFailed ? 1 : 0;
}

/** The engines that were asked for; without any the learner's own. */
function usable(asked?: readonly Engine[]): readonly Engine[] {
  const own = learnersEngine();
  if (!asked && !own)
    throw new UsageError(`This needs a browser: ${noEngine()}.`, 1);
  const wanted = asked ?? [own!];
  for (const each of wanted) {
    const missing = missingEngine(each);
    if (missing !== undefined)
      throw new UsageError(`This needs a browser: ${missing}.`, 1);
  }
  return wanted;
}

async function measure(flags: Flags) {
  const behind =
    flags.behind === undefined ? undefined : proxyNamed(flags.behind);
  const found = findTransports(flags.only);
  if (flags.mine) await mineMustStart(withMine(found));
  // Fifteen ways would take too long for a quick look.
  const http = flags.http ?? (flags.quick ? ['1.1'] : undefined);
  const faults = await readFaults(flags.fault);
  if (flags.engine && flags.engine.join() !== 'chromium')
    throw new UsageError('The pages are measured in Chromium only.', 2);
  const missing = missingEngine('chromium');
  if (missing !== undefined)
    throw new UsageError(
      `The pages are measured in Chromium: ${missing}. In other browsers, ` +
        `the claims can be tested: ${pnpm} compare --claims`,
      1,
    );
  // Before minutes of measuring, not after: can the files be written?
  for (const file of [flags.json, flags.html])
    await mustBeWritable('The report', file);
  const comparison = await compare(
    {
      ...(flags.only && { only: flags.only }),
      ...(http && { http }),
      ...(flags.mine && { mine: true }),
      rounds: flags.quick ? 1 : flags.rounds,
      updates: flags.quick ? 10 : 20,
      every: flags.quick ? 50 : 200,
      seed: String(flags.seed ?? 'compare'),
      faults,
      recover: !flags.quick,
      clients: flags.quick ? [] : flags.clients,
      ...(behind && { behind }),
      command: commandForReport([`${pnpm} compare`, ...process.argv.slice(2)]),
    },
    (line) => process.stderr.write(`${line}\n`),
  );
  process.stdout.write(`\n${describeComparison(comparison)}`);
  if (flags.json !== undefined)
    await writeFile(flags.json, comparisonAsJson(comparison));
  if (flags.html !== undefined) {
    const { pageOfComparison } =
      await import('@on-the-wire/compare/report/page-of-comparison.ts');
    await writeFile(flags.html, await pageOfComparison(comparison));
  }
}
