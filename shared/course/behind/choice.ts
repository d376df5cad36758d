/** What `--behind` and `--tls` ask for: a program, and whether that can be. */
import { closest } from 'fastest-levenshtein';
import type { FoundLesson } from '@on-the-wire/lesson/lesson.ts';
import {
  findProxy,
  howToInstall,
  type InstalledProxy,
} from '@on-the-wire/proxies/find.ts';
import {
  programs,
  type ProxyName,
  type ProxyProgram,
} from '@on-the-wire/proxies/programs.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';

/** A proxy between the browser and a lesson. */
export interface BehindChoice {
  program: ProxyProgram;
  /** Undefined where it is not installed: a recording stands in for it. */
  installed: InstalledProxy | undefined;
  /** Whether browsers speak TLS with it: the pages' origin is then https. */
  tls: boolean;
  /** Where the learner's file is, if not in the lesson: a test's own folder. */
  folder?: string;
}

/**
 * Reads the flags.
 *
 * @param name what was typed after `--behind`
 * @param how.tls whether `--tls` was given
 * @param how.smallest whether `--smallest` was: then there is no shell, which
 *   could show a recording
 * @throws UsageError (2) for a name that is none, and for what the program
 *   cannot do; (1) where it is not installed, and there is no shell
 */
export function chooseProxy(
  { name: lesson, manifest }: FoundLesson,
  name: string,
  { tls = false, smallest = false }: { tls?: boolean; smallest?: boolean } = {},
): BehindChoice {
  const program = Object.hasOwn(programs, name)
    ? programs[name as ProxyName]
    : undefined;
  if (!program) {
    const names = Object.keys(programs);
    throw new UsageError(
      `There is no proxy "${name}". Did you mean "${closest(name, names)}"? ` +
        `There are: ${names.join(', ')}.`,
      2,
    );
  }
  const { title } = program;
  if (manifest.tls && !program.upstreamTls)
    throw new UsageError(
      `The lesson "${lesson}" cannot stand behind ${title}: its servers speak ` +
        `TLS, and ${title} speaks only cleartext with its upstream.`,
      2,
    );
  if (tls && !program.endsTls)
    throw new UsageError(
      `Debian's ${title} has no TLS: leave --tls out, or take another proxy.`,
      2,
    );
  const installed = findProxy(program.name);
  if (!installed && smallest)
    throw new UsageError(howToInstall(program.name), 1);
  return {
    program,
    installed,
    tls: tls || (manifest.tls ?? false),
  };
}
