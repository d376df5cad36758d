/** `pnpm bench start|tap|wire|decoders|limits|http2|fanout`: what it costs, how fast it is. */
import { writeFile } from 'node:fs/promises';
import { describeReport, holds } from '@on-the-wire/compare/bench/report.ts';
import { machine, measured } from '@on-the-wire/compare/machine.ts';
import { medianOf } from '@on-the-wire/compare/statistics.ts';
import {
  measureStart,
  type StartBenchOptions,
} from '@on-the-wire/compare/bench/start.ts';
import {
  mustBeWritable,
  positive,
  runVerb,
  verb,
  wholeNumber,
} from '@on-the-wire/course/harness/verb.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';

const program = verb('bench').description(
  'Measures speed; best on a machine that does nothing else.',
);

program
  .command('start')
  .description('Measures starting a lesson and saving a file.')
  .option('--times <n>', 'how many times to measure each', wholeNumber(5), 5)
  .option('--clone', 'also measure fresh clones, installed from the registry')
  .option('--test', 'also measure all tests, against two of them')
  .option('--json <file>', 'write the figures to a file')
  .action(
    async (options: StartBenchOptions & { test?: boolean; json?: string }) => {
      await mustBeWritable('The report', options.json);
      const say = (line: string) => console.error(line);
      const rows = await measureStart(options, say);
      if (options.test) {
        const { measureSuite } =
          await import('@on-the-wire/quality/runner/suite.ts');
        rows.push(...(await measureSuite(options.times, say)));
      }
      console.log(`\n${describeReport(rows)}`);
      if (options.json !== undefined) {
        const version = courseVersion();
        const report = { version, machine: machine(), rows };
        await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
      }
      process.exitCode = rows.every(holds) ? 0 : 1;
    },
  );

program
  .command('tap')
  .description(
    'Measures the tap against a bare proxy, and against others if installed.',
  )
  .action(async () => {
    const { benchTap } = await import('@on-the-wire/compare/bench/tap.ts');
    const { text, goals } = await benchTap();
    console.log(`${text}\n\n${measured()}`);
    process.exitCode = goals.every(({ holds: does }) => does) ? 0 : 1;
  });

program
  .command('wire')
  .description(
    'Opens a saved run of 100,000 requests; shows 1,000 messages per second live; records a gigabyte.',
  )
  .option(
    '--minutes <n>',
    'how long the messages go on, in minutes',
    positive,
    10,
  )
  .action(async ({ minutes }: { minutes: number }) => {
    const say = (line: string) => console.log(line);
    const { benchSavedRun } =
      await import('@on-the-wire/compare/bench/saved-run.ts');
    const saved = await benchSavedRun(say);
    console.log(`\n${describeReport(saved)}`);
    const { benchWire } = await import('@on-the-wire/compare/bench/wire.ts');
    const allHeld = await benchWire(minutes, say);
    console.log(measured());
    process.exitCode = allHeld && saved.every(holds) ? 0 : 1;
  });

program
  .command('decoders')
  .description('Measures each decoder alone, and the memory that a unit takes.')
  .action(async () => {
    const { benchDecoders } =
      await import('@on-the-wire/compare/bench/decoders.ts');
    await benchDecoders((line) => console.log(line));
    console.log(measured());
  });

program
  .command('limits')
  .description('Measures what hostile bytes cost the decoders at most.')
  .action(async () => {
    const { benchLimits } =
      await import('@on-the-wire/compare/bench/limits.ts');
    const allHeld = await benchLimits((line) => console.log(line));
    console.log(measured());
    process.exitCode = allHeld ? 0 : 1;
  });

program
  .command('http2')
  .description('Measures the HTTP/2 lesson against a bare server, with h2load.')
  .option('--rounds <n>', 'how many times to measure each', wholeNumber(5), 7)
  .action(async ({ rounds }: { rounds: number }) => {
    const { benchHttp2 } = await import('@on-the-wire/compare/bench/http2.ts');
    const { rates, ratio } = await benchHttp2(rounds, 20_000);
    for (const [name, each] of Object.entries(rates)) {
      const [low, high] = [Math.min(...each), Math.max(...each)];
      console.log(
        `${name.padEnd(7)} ${medianOf(each).toFixed(0)} requests/s ` +
          `(${low.toFixed(0)} – ${high.toFixed(0)})`,
      );
    }
    const verdict = ratio >= 0.9 ? 'holds' : 'DOES NOT HOLD';
    console.log(`${ratio.toFixed(2)} ×, goal ≥ 0.90 ×: ${verdict}`);
    console.log(measured());
    process.exitCode = ratio >= 0.9 ? 0 : 1;
  });

program
  .command('fanout')
  .description('Measures one update to 10,000 clients, beside other packages.')
  .option('--clients <n>', 'how many clients there are', wholeNumber(1), 10_000)
  .option('--rounds <n>', 'how many times to measure each', wholeNumber(1), 3)
  .option(
    '--install',
    'install better-sse, socket.io and undici for it, with npm',
  )
  .action(
    async (options: { clients: number; rounds: number; install?: true }) => {
      const { benchFanout } =
        await import('@on-the-wire/compare/bench/fanout.ts');
      const { clients, rounds, install: installs = false } = options;
      const { text, goals } = await benchFanout(
        { clients, rounds, installs },
        (line) => console.error(line),
      );
      console.log(text);
      for (const { what, found, wanted, holds: does } of goals)
        console.log(
          `${does ? 'holds ' : 'MISSED'}  ${what}: ` +
            `${found.toFixed(2)}, goal ${wanted}`,
        );
      console.log(`\n${measured()}`);
      process.exitCode = goals.every((goal) => goal.holds) ? 0 : 1;
    },
  );

await runVerb(program);
