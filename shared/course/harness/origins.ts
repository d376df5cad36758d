/** By which origins browsers know the pages of a lesson. */
import { localOrigins, readOrigins } from '@on-the-wire/lesson/page/origins.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';

/**
 * What a lesson's processes find in `ORIGINS`: every address at which the tap
 * serves a page of theirs, under both names that lead there (the shell frames
 * the page by the name that it was itself asked for), and after them what the
 * environment names: where a proxy with TLS or a forwarded port stands before.
 *
 * @param port of the first page; the others have the next ones
 * @param pages how many there are
 * @throws UsageError (2) where the environment names what is no origin
 */
export function findOrigins(
  port: number,
  pages: number,
  tls: boolean,
  { ORIGINS }: NodeJS.ProcessEnv = process.env,
): string[] {
  const scheme = tls ? 'https' : 'http';
  const own = Array.from({ length: pages }, (_, at) =>
    localOrigins(port + at, scheme),
  );
  try {
    return [...own.flat(), ...(readOrigins(ORIGINS) ?? [])];
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`, 2);
  }
}
