/** The faults of a run, as the shell's panel reads and sets them. */
import type { IncomingMessage } from 'node:http';
import {
  describeFault,
  FaultError,
  faultInBrief,
  faultKinds,
  formatFault,
  parseFaults,
  presets,
  type Tap,
} from '@on-the-wire/tap/tap.ts';
import { quantity } from '@on-the-wire/tap/faults/units.ts';
import { placeWithinEvent } from './event-place.ts';
import { HttpError } from './response.ts';
import type { FaultsMessage } from './faults-message.ts';
import { readJsonObject } from './read-json-object.ts';

/** What can be broken, and what is. */
export function faultsOf(tap: Tap): FaultsMessage {
  return {
    kinds: faultKinds.map((kind) => ({
      name: kind.name,
      sentence: kind.sentence,
      directed: kind.directed,
      alternatives: kind.alternatives === true,
      parameters: Object.values(kind.parameters).map(
        ({ label, meaning, unit, usual }) => ({
          label,
          meaning,
          usual: quantity(usual, unit).replace(' ', ''),
        }),
      ),
    })),
    presets: presets.map(({ name, title, sentence, faults }) => ({
      name,
      title,
      sentence,
      faults: parseFaults(faults).map(formatFault),
    })),
    links: tap.links,
    now: tap.faults.map((fault) => ({
      name: fault.name,
      ...(fault.link !== undefined && { link: fault.link }),
      text: formatFault(fault),
      sentence: describeFault(fault),
      ...faultInBrief(fault),
      since: tap.faultSince(fault)!,
    })),
    at: Date.now(),
  };
}

/**
 * Sets the faults that a request's body names: `{"faults": ["latency=80ms"]}`.
 * What does not parse changes nothing.
 *
 * @throws HttpError (400) that lists what there is
 */
export async function setFaults(
  tap: Tap,
  request: IncomingMessage,
): Promise<void> {
  const { faults } = await readJsonObject(request);
  const isList =
    Array.isArray(faults) && faults.every((each) => typeof each === 'string');
  if (!isList)
    throw new HttpError(
      400,
      `Setting the faults: found ${JSON.stringify(faults)}, expected a list of texts such as ["latency=80ms"].`,
    );
  try {
    tap.setFaults(parseFaults(faults as string[]));
  } catch (error) {
    if (error instanceof FaultError) throw new HttpError(400, error.message);
    throw error;
  }
}

/** For so many ms a cut waits for an event: heartbeats come more often. */
const WAIT_FOR_EVENT = 15_000;

/**
 * Cuts all connections now: `{"how": "rst"}` or `"fin"`. With `"within":
 * "event"` it resets the one that carries the next event of an event stream, in
 * the middle of that event's data; for so long this waits in the tap.
 *
 * @throws HttpError (400) for anything else
 */
export async function cutNow(
  tap: Tap,
  request: IncomingMessage,
): Promise<void> {
  const { how, within } = await readJsonObject(request);
  if (how !== 'rst' && how !== 'fin')
    throw new HttpError(
      400,
      `Cutting: found ${JSON.stringify(how)}, expected "rst" (reset) or "fin" (close).`,
    );
  if (within === undefined) return tap.cut(how);
  if (within !== 'event' || how !== 'rst')
    throw new HttpError(
      400,
      `Cutting within: found ${JSON.stringify({ how, within })}, expected {"how":"rst","within":"event"}.`,
    );
  const giveUp = tap.cutWithin('down', 'within an event', placeWithinEvent);
  setTimeout(giveUp, WAIT_FOR_EVENT).unref();
}
