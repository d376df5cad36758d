/** `pnpm soak [name…] [--times n]`: the network tests, again and again. */
import { findNetworkTests, soak } from '@on-the-wire/shared/testing/soak.ts';
import {
  findTests,
  UnknownTests,
} from '@on-the-wire/shared/testing/run-tests.ts';
import { Command, InvalidArgumentError } from 'commander';

const command = new Command('pnpm soak')
  .description('runs the network tests many times, to find what fails rarely')
  .argument('[name...]', 'only these: a lesson, or a room of shared')
  .option('--times <n>', 'how many rounds', wholeNumber, 50)
  .showHelpAfterError()
  .exitOverride(({ exitCode }) => process.exit(exitCode && 2))
  .parse();

try {
  const { times } = command.opts<{ times: number }>();
  const { args: names } = command;
  const folders = names.length > 0 ? findTests(names) : findNetworkTests();
  process.exitCode = await soak(folders, times, (text) => console.log(text));
} catch (error) {
  if (!(error instanceof UnknownTests)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError(`expected a whole number from 1.`);
}
