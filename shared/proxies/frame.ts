/**
 * What a program needs around the learner's lines to run as any user, in a
 * folder of ours, on loopback, and to end with us.
 *
 * Nothing from outside is pasted into a configuration: what stands in one are
 * ports, and names from our own code. Paths in it are relative to the folder, in
 * which the program is started: a folder's name may hold any character.
 */
import type { ChildProcess } from '@on-the-wire/system/programs/start.ts';

export interface Setup {
  /** Absolute: for arguments only. */
  folder: string;
  /** The front, at 127.0.0.1. */
  port: number;
  upstream: { port: number; tls?: boolean };
  /** Whether the front ends TLS, with the PEM files that lie in the folder. */
  tls: boolean;
}

export interface ProxyFrame {
  /** The files beside the learner's, which lies there as `program.file`. */
  files(setup: Setup): Record<string, string>;
  /** The arguments that run it in the foreground. */
  run(setup: Setup): string[];
  /** What it finds in its environment. */
  environment?(setup: Setup): Record<string, string>;
  /** Written to its standard input when it has started. */
  input?: string;
  /**
   * The arguments that make it read the lines, say what is wrong with them, and
   * end: with 0 where nothing is. Those of Caddy put them in force, too.
   */
  check?: string[];
  /** How the one that runs reads its lines again, and what it then writes. */
  reload?: {
    /** @param count how often it was asked before */
    ask(child: ChildProcess, setup: Setup, count: number): void;
    done: RegExp;
    /** With the old lines nothing is accepted any more: some versions tell. */
    left?: RegExp;
    /** Where no `check` has told before. */
    failed?: RegExp;
  };
  /**
   * Finds what the program would allow: to listen elsewhere, or to leave the
   * frame.
   *
   * @returns the number of the line, from 1, and what is wrong
   */
  refuse?(lines: string[]): [line: number, reason: string] | undefined;
  /** Lines that it writes in any case, and that tell a learner nothing. */
  noise?: RegExp;
  /** At the beginning of each of its lines: time, process, its own source. */
  prefix?: RegExp;
  /** Finds what a mistake names, where the program does not say its line. */
  names?: RegExp;
}

export const at = (port: number): string => `127.0.0.1:${port}`;

/** Workers must not become a user who cannot read our folder. */
export const isRoot = (): boolean => process.getuid?.() === 0;

/**
 * A `refuse` for lines that match.
 *
 * @param pattern its first group is the word that is refused
 * @param instead what to do, as a part of a sentence
 */
export function refusing(
  pattern: RegExp,
  instead = 'remove it',
): ProxyFrame['refuse'] {
  return (lines) => {
    for (const [index, line] of lines.entries()) {
      const word = pattern.exec(line)?.[1];
      if (word)
        return [index + 1, `"${word}" is left to our frame: ${instead}`];
    }
    return undefined;
  };
}
