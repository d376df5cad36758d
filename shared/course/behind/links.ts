/** Where the tap stands when a proxy stands between browser and lesson. */
import { freePorts } from '@on-the-wire/system/ports.ts';
import type { TappedLink } from '../harness/plan-processes.ts';

/** A proxy before one of the addresses that browsers call. */
export interface PlannedProxy {
  /** What it must listen on. */
  port: number;
  /** The tap's port that it finds the lesson at. */
  upstreamPort: number;
}

/**
 * Puts a proxy behind each port that browsers call, and a port of the tap
 * behind each proxy: `browser-nginx`, then `nginx-lesson`. Further addresses, and
 * those of several processes, are named in both: `browser-nginx-neighbour`,
 * `nginx-neighbour`.
 *
 * @param links those of the lesson; the first are what browsers call
 * @param how.proxy the name of the program
 * @param how.names what browsers call, in the order of the links
 * @param how.lessonSpeaksTls whether it does behind the proxy, too
 */
export async function linksBehind(
  links: readonly [TappedLink, ...TappedLink[]],
  {
    proxy,
    names,
    lessonSpeaksTls,
  }: { proxy: string; names: readonly string[]; lessonSpeaksTls: boolean },
): Promise<{ links: [TappedLink, ...TappedLink[]]; proxies: PlannedProxy[] }> {
  const ports = await freePorts(2 * names.length);
  const proxies = names.map(() => ({
    port: ports.pop()!,
    upstreamPort: ports.pop()!,
  }));
  const before = names.map((name, at): TappedLink => ({
    port: links[at]!.port,
    target: { host: '127.0.0.1', port: proxies[at]!.port },
    name: `browser-${proxy}${at > 0 || links[0].name ? `-${name}` : ''}`,
  }));
  const behind = names.map((name, at): TappedLink => ({
    port: proxies[at]!.upstreamPort,
    target: links[at]!.target,
    name: `${proxy}-${name}`,
    speaksTls: lessonSpeaksTls,
  }));
  const others = links
    .slice(names.length)
    .map((link): TappedLink => ({ ...link, speaksTls: false }));
  return {
    links: [...before, ...behind, ...others] as [TappedLink, ...TappedLink[]],
    proxies,
  };
}
