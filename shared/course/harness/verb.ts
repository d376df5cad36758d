/** What the verbs have in common: what they read, and how they end. */
import { existsSync, rmSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import type { Fault } from '@on-the-wire/tap/tap.ts';
import { allowHost } from '@on-the-wire/system/forwarded.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { wrap } from '@on-the-wire/system/wrap.ts';
import { attempt, sentenceOf } from '@on-the-wire/system/system-error.ts';

/** A verb: its options, arguments and action are to be added. */
export const verb = (name: string): Command =>
  new Command(`${pnpm} ${name}`).showHelpAfterError().exitOverride();

/**
 * Runs a verb. What a user can mend is told in a sentence, and the exit code
 * is 1 (it failed) or 2 (it makes no sense); anything else is our mistake, and
 * keeps its stack.
 *
 * @param words what was typed after its name
 */
export async function runVerb(
  program: Command,
  words: readonly string[] = process.argv.slice(2),
): Promise<void> {
  // `| head` has read enough. What runs, and must be ended, listens itself.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', () => {
      if (stream.listenerCount('error') === 1) process.exit();
    });
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2; // it has said why
      return;
    }
    const isOurs = error instanceof UsageError;
    const sentence = isOurs ? error.message : sentenceOf(error);
    if (sentence === undefined) throw error;
    process.stderr.write(`${inTerminal(sentence, process.stderr)}\n`);
    process.exitCode = isOurs ? error.exitCode : 1;
  }
}

/**
 * A sentence, in lines as wide as the terminal: it would break them within a
 * word. What goes to a file or a program stays one line.
 */
export function inTerminal(
  sentence: string,
  { isTTY, columns }: { isTTY?: boolean; columns?: number },
): string {
  if (!isTTY || !columns) return sentence;
  return sentence
    .split('\n')
    .map((line) =>
      line.length > columns ? wrap(line, columns).join('\n') : line,
    )
    .join('\n');
}

/**
 * Ends this process with one line as soon as it is told to: by Ctrl+C, SIGTERM
 * or SIGHUP. For what has nothing to tell before it is complete. What it has
 * started must end with it.
 */
export function endWhenTold(line: string): void {
  const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  for (const [signal, number] of Object.entries(signals))
    process.once(signal, () => {
      // A terminal has shown ^C; the line is to stand below it.
      process.stderr.write(`${process.stderr.isTTY ? '\n' : ''}${line}\n`);
      process.exit(128 + number);
    });
}

/** For an option that may be given several times. */
export const collect = (text: string, before: string[] = []) => [
  ...before,
  text,
];

/** Reads a whole number of at least `least`. */
export const wholeNumber = (least: number) => (text: string) => {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return Number(text);
  throw new InvalidArgumentError(`Expected a whole number from ${least}.`);
};

/** Reads a number above 0, such as 0.5. */
export function positive(text: string): number {
  if (/^\d{1,9}(?:\.\d+)?$/.test(text) && Number(text) > 0) return Number(text);
  throw new InvalidArgumentError('Expected a number above 0.');
}

/** The option of all that serves pages; see system/forwarded.ts. */
export const allowedHost = [
  '--allowed-host <name=port>',
  'serve this port by a name of a forwarder, too; may be repeated',
  allowHost,
] as const;

export const parseSeed = wholeNumber(0);

/**
 * Reads faults. The tap is loaded only for those who name some: most want to
 * start.
 *
 * @throws UsageError (2) that says what is possible
 */
export async function readFaults(texts: string[] = []): Promise<Fault[]> {
  if (texts.length === 0) return [];
  const { FaultError, parseFaults } = await import('@on-the-wire/tap/tap.ts');
  try {
    return [...parseFaults(texts)];
  } catch (error) {
    if (error instanceof FaultError) throw new UsageError(error.message, 2);
    throw error;
  }
}

/**
 * Before minutes of work, not after: can its outcome be written there? Nothing
 * is left behind.
 *
 * @param what is to be written: `The report`
 * @throws UsageError (1) that says why not
 */
export async function mustBeWritable(
  what: string,
  file: string | undefined,
): Promise<void> {
  if (file === undefined) return;
  const isNew = !existsSync(file);
  await attempt(`${what} cannot be written to ${file}`, () =>
    appendFile(file, ''),
  );
  if (isNew) rmSync(file, { force: true });
}
