/** By which origins browsers know the pages of a lesson. */
import { localOrigins, readOrigins } from '@on-the-wire/lesson/page/origins.ts';
import { forwardedNames } from '@on-the-wire/system/forwarded.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';

/**
 * What a lesson's processes find in `ORIGINS`: every address at which the tap
 * serves a page of theirs, under both names that lead there (the shell frames
 * the page by the name that it was itself asked for), and by its names at a
 * forwarder; after them what `ORIGINS` names already: where a proxy stands
 * before.
 *
 * @param port of the first page; the others have the next ones
 * @param pages how many there are
 * @throws UsageError (2) where the environment names what is no origin, or what
 *   cannot be a forwarder's name
 */
export function findOrigins(
  port: number,
  pages: number,
  tls: boolean,
  environment: NodeJS.ProcessEnv = process.env,
): string[] {
  const scheme = tls ? 'https' : 'http';
  const own = Array.from({ length: pages }, (_, at) => [
    ...localOrigins(port + at, scheme),
    ...atForwarder(port + at, environment),
  ]);
  try {
    const given = readOrigins(environment['ORIGINS']) ?? [];
    return [...new Set([...own.flat(), ...given])];
  } catch (error) {
    throw new UsageError(`${(error as Error).message}.`, 2);
  }
}

/**
 * A forwarder that rewrites Origin writes `localhost` and its own scheme into it
 * (dev tunnels do so by default: `TunnelOptions` of their SDK, 1.3.6).
 */
function atForwarder(port: number, environment: NodeJS.ProcessEnv): string[] {
  const names = forwardedNames(port, environment);
  if (names.length > 0) names.push(`localhost:${port}`);
  return names.map((name) => `https://${name}`);
}
