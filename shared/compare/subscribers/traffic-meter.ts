/** The tap before a server, and what went through it. */
import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { createTap, type Fault, type Tap } from '@on-the-wire/tap/tap.ts';
import { LiveUnits } from '@on-the-wire/viewer/live/live-units.ts';

/** What went over all connections between two moments. */
export interface Traffic {
  /** Bytes to the server, and from it. */
  up: number;
  down: number;
  /** Of both those that somebody wanted to send. */
  payload: number;
  /** Requests that got a response. */
  roundTrips: number;
  /** Connections on which anything was sent. */
  connections: number;
  /** What TCP, IP and TLS add, in bytes: an estimate. */
  transportOverhead: number;
}

/** A tap that counts. */
export interface TrafficMeter {
  tap: Tap;
  /** The tap's port, and where a page is behind it. */
  port: number;
  url: string;
  /** Begins to count from 0. */
  begin(): void;
  /** What went over the connections since. */
  traffic(): Traffic;
  /** Resolves when nothing moves for so many ms from now, or after `limit`. */
  quiet(ms: number, limit: number): Promise<void>;
  close(): Promise<void>;
}

/** Parts of the time in which nothing moves. */
const STEPS = 6;
/** Bytes of a byte stream that one packet of Ethernet carries. */
const SEGMENT = 1_448;
/**
 * IPv4 (RFC 791) and TCP (RFC 9293) take 20 bytes each, and TCP's timestamps
 * (RFC 7323), which every system sends today, 12.
 */
const HEADERS = 52;
/** A record's header, its kind, and the tag of AES-GCM: RFC 8446, 5.2. */
const RECORD = 22;

/** How `transportOverhead` is estimated, in words. */
export const transportOverheadInWords =
  `an estimate: ${HEADERS} bytes of IP and TCP for each segment and for the ` +
  'acknowledgement of every second one' +
  `; under TLS ${RECORD} more for each record`;

/**
 * Puts a tap before a port of this machine, and counts what goes through it.
 *
 * @param faults from the start, on all connections
 * @param tls key and certificate as PEM, where the server speaks TLS
 */
export async function meterTraffic(
  port: number,
  faults: readonly Fault[],
  tls?: { key: string; cert: string },
): Promise<TrafficMeter> {
  const tap = createTap({
    target: { host: '127.0.0.1', port },
    faults,
    seed: 1,
    ...(tls && { tls }),
  });
  const units = new LiveUnits(tap);
  let segments = 0;
  let records = 0;
  let last = performance.now();
  const spoke = new Set<number>();
  tap.on('read', ({ connection, bytes }) => {
    segments += Math.ceil(bytes.length / SEGMENT);
    records += tls ? Math.ceil(bytes.length / 16_384) : 0;
    last = performance.now();
    spoke.add(connection);
  });
  const at = await tap.listen();
  let before = { ...units.counts };
  return {
    tap,
    port: at,
    url: `http${tls ? 's' : ''}://127.0.0.1:${at}/`,
    begin() {
      before = { ...units.counts };
      segments = 0;
      records = 0;
      spoke.clear();
    },
    traffic() {
      const { up, down, payload, roundTrips } = units.counts;
      return {
        up: up - before.up,
        down: down - before.down,
        payload: payload - before.payload,
        roundTrips: roundTrips - before.roundTrips,
        connections: spoke.size,
        transportOverhead:
          Math.round(segments * 1.5) * HEADERS + records * RECORD,
      };
    },
    async quiet(ms, limit) {
      const until = performance.now() + limit;
      // In steps: where this process stood still, its timers come before what
      // it has to read.
      for (let step = 0; step < STEPS && performance.now() < until;) {
        const latest = last;
        await wait(Math.ceil(ms / STEPS));
        await turn();
        step = last === latest ? step + 1 : 0;
      }
    },
    close: () => tap.close(),
  };
}
