/** What a tap recorded, as a file that Wireshark opens. */
import type { Tap } from '@on-the-wire/tap/tap.ts';
import { withoutSecrets } from '@on-the-wire/wire/masking/connection.ts';
import { nodeCodings } from '@on-the-wire/wire/coding/node-codings.ts';
import { writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import type {
  Capture,
  CaptureComment,
  CapturedEnd,
  CapturedConnection,
} from '@on-the-wire/wire/capture.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';
import { chosenComment, FAULT, type UnitLocation } from './saved.ts';

/** What of a run is saved. */
export interface SaveOptions {
  /** As they are; without it they become asterisks: `secrets.ts` of the wire. */
  secrets?: boolean;
  /** Where the reader was. */
  chosen?: UnitLocation | undefined;
  /**
   * The connections that are saved, by their numbers, and what is said of each
   * where it is opened; without it all.
   */
  only?: ReadonlyMap<number, string | undefined>;
}

/**
 * A run as pcapng: what is still kept of it, faults, ends and the unit that was
 * chosen among it, and which version of the course saved it.
 */
export function saveRun(tap: Tap, options: SaveOptions = {}): Uint8Array {
  return writePcapng(captureRun(tap, options));
}

/**
 * The same before it is written: whatever the form in which a run leaves the
 * machine, it is made from this.
 */
export function captureRun(
  tap: Tap,
  { secrets = false, chosen, only }: SaveOptions = {},
): Capture {
  const { recording, began } = tap;
  const all = recording.connections();
  const saved = only ? all.filter((each) => only.has(each.connection)) : all;
  const connections = saved.map((kept) => {
    const { connection: id, opened, up, down } = kept;
    const ends: CapturedEnd[] = [];
    const comments: CaptureComment[] = kept.faults.map(
      ({ time, fault, text }) => ({
        time: began + time,
        text: `${FAULT}${fault}: ${text}`,
      }),
    );
    const said = only?.get(id);
    if (said !== undefined)
      comments.unshift({ time: began + opened.time, text: said });
    for (const { direction, time, how, text } of kept.ends) {
      const at = began + time;
      for (const way of direction ? [direction] : (['up', 'down'] as const))
        ends.push({
          direction: way,
          time: at,
          how: how === 'fin' ? 'fin' : 'rst',
        });
      if (text !== undefined) comments.push({ time: at, text });
    }
    if (chosen?.connection === id)
      comments.push({ time: began + opened.time, text: chosenComment(chosen) });
    const connection: CapturedConnection = {
      id,
      realPort: opened.port,
      ...(opened.link !== undefined && { link: opened.link }),
      secure: opened.encrypted,
      ...(opened.protocol && { alpn: opened.protocol }),
      start: began + opened.time,
      reads: [...recording.reads(id)].map(({ direction, time, bytes }) => ({
        direction,
        time: began + time,
        bytes,
      })),
      ends,
      comments,
      ...(up.from + down.from > 0 && {
        missing: { up: up.from, down: down.from },
      }),
    };
    return secrets ? connection : withoutSecrets(connection, nodeCodings);
  });
  const gone = recording.dropped.connections;
  const [first] = connections;
  if (gone > 0 && first)
    first.comments.unshift({ time: first.start, text: leftWhole(gone) });
  return { version: courseVersion(), connections };
}

function leftWhole(connections: number): string {
  const [some, were] =
    connections === 1
      ? ['1 connection', 'was']
      : [`${connections.toLocaleString('en')} connections`, 'were'];
  return `${some} ${were} dropped whole from the recording`;
}
