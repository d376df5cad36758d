import { freePorts, isFree } from '@on-the-wire/system/ports.ts';

/**
 * Adjacent ports of 127.0.0.1 that were free a moment ago, as a lesson has them:
 * the shell's, then those of the lesson's pages.
 *
 * @param count how many
 * @returns the lowest
 */
export async function freeAdjacentPorts(count = 2): Promise<number> {
  for (;;) {
    const [port] = await freePorts(1);
    const ports = Array.from({ length: count - 1 }, (_, i) => port! + 1 + i);
    if (port! + count > 65_535) continue;
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return port!;
  }
}
