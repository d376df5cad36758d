import { freePorts, isFree } from '@on-the-wire/system/ports.ts';

/**
 * Adjacent ports of 127.0.0.1 that were free a moment ago, as a lesson has them:
 * the shell's, and the next one for the lesson's page.
 *
 * @returns the lower one
 */
export async function freeAdjacentPorts(): Promise<number> {
  for (;;) {
    const [port] = await freePorts(1);
    if (port! < 65_535 && (await isFree(port! + 1))) return port!;
  }
}
