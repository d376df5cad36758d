import { isFree } from '@on-the-wire/system/ports.ts';

/**
 * Below those from which a system takes the ports of its connections, and above
 * 10,080, which browsers block.
 */
const [lowest, highest] = [10_100, 32_000];

/**
 * Adjacent ports of 127.0.0.1 that were free a moment ago, as a lesson has them:
 * the shell's, then those of the lesson's pages.
 *
 * @param count how many
 * @returns the lowest
 */
export async function freeAdjacentPorts(count = 2): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest));
    const ports = Array.from({ length: count }, (_, i) => port + i);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return port;
  }
}
