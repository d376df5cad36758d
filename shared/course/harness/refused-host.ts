/**
 * Servers that want to be called by their own name refuse others, with one of
 * these status codes: virtual hosts, and protection against DNS rebinding.
 */
import type { Tap } from '@on-the-wire/tap/tap.ts';
import type {
  LiveUnit,
  LiveUnits,
} from '@on-the-wire/viewer/live/live-units.ts';
import { recordedBytes } from '@on-the-wire/viewer/live/recorded-bytes.ts';
import { describe } from '@on-the-wire/wire/unit.ts';

/** As the lines of HTTP/1.1 and of HTTP/2 begin. */
const REFUSED = /^(?:HEADERS, stream \d+, )?(400|403|404|421)\b/;

/**
 * Calls back once: when a target first responds so to a request whose Host (or
 * `:authority`) is a name of the tap. Of requests that were sent at once it
 * looks at the last, as their Host is the same.
 *
 * @param own names of the tap, in small letters
 */
export function onRefusedHost(
  tap: Tap,
  units: LiveUnits,
  own: ReadonlySet<string>,
  tell: (status: string, host: string) => void,
): void {
  /** The last request of each open connection. */
  const last = new Map<number, LiveUnit>();
  const see = (live: LiveUnit): void => {
    const { connection, unit } = live;
    if (unit.direction === 'up') {
      if (REQUESTS.has(unit.kind)) last.set(connection, live);
      return;
    }
    if (!RESPONSES.has(unit.kind)) return;
    const request = last.get(connection);
    const [, status] = REFUSED.exec(unit.summary) ?? [];
    const host = status && request && hostOf(tap, request);
    if (!host || !own.has(host.toLowerCase())) return;
    units.off('unit', see);
    tap.off('close', forget);
    tell(status, host);
  };
  const forget = ({ connection }: { connection: number }): void => {
    last.delete(connection);
  };
  units.on('unit', see);
  tap.on('close', forget);
}

const REQUESTS = new Set<string>([
  'http/1.1 request headers',
  'http/2 HEADERS',
]);
const RESPONSES = new Set<string>([
  'http/1.1 response headers',
  'http/2 HEADERS',
]);

function hostOf(tap: Tap, { connection, unit }: LiveUnit): string | undefined {
  const bytes = recordedBytes(tap.recording, connection, unit);
  const fields = bytes ? describe(unit, bytes) : [];
  return fields.find(({ label }) => /^(?:host|:authority)$/i.test(label))
    ?.value;
}
