import type { RunningFault } from '../relay.ts';
import { faultKinds } from './catalogue.ts';
import type { Fault } from './kind.ts';
import { formatFault, faultKindOf } from './parse.ts';

/**
 * Begins a run of each fault; those that run already, with the same numbers,
 * go on as they are.
 *
 * @param before those that run, by their text (`formatFault`)
 * @returns the same for those that run from now on
 * @throws FaultError where there is no fault of that name
 */
export function beginFaults(
  faults: readonly Fault[],
  before: ReadonlyMap<string, RunningFault> = new Map(),
): Map<string, RunningFault> {
  const running = new Map<string, RunningFault>();
  for (const fault of faults) {
    const { name, direction, values, link } = fault;
    const kind = faultKindOf(name);
    const text = formatFault(fault);
    const rank = faultKinds.indexOf(kind);
    const fresh = () => ({
      injector: kind.start(values),
      direction,
      rank,
      link,
      since: Date.now(),
    });
    running.set(text, before.get(text) ?? fresh());
  }
  return running;
}
