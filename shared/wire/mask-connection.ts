/**
 * What may leave the machine: a recording without its secrets. Each later way
 * out, whatever form it has, is made from such a copy. What a secret is says
 * `secrets.ts`; that all else was looked at is made sure here: bytes that
 * nobody knows how to read become asterisks, too.
 */
import { concat } from './bytes.ts';
import { decodeConnection, type Protocol } from './connection.ts';
import { coverWhole, type BothWays, type Codings } from './mask-bytes.ts';
import { maskHttp1, type Places } from './mask-http1.ts';
import { maskHttp2 } from './mask-http2.ts';
import { maskMqtt, startsMqtt } from './mask-mqtt.ts';
import { maskText } from './mask-text.ts';
import type { RecordedConnection } from './recording.ts';
import type { Delimiter } from './tcp.ts';
import type { Direction, Unit } from './unit.ts';

/** Something that is spoken from its first byte on. */
interface Talk {
  alpn?: string | undefined;
  protocol?: Protocol | undefined;
  bytes: BothWays;
  /** In the order in which they came; the size in bytes. */
  reads: readonly { direction: Direction; size: number }[];
}

/** A tunnel in a tunnel in …: what is deeper becomes asterisks. */
const DEEPEST = 4;

/**
 * A copy in which secrets are asterisks: as many bytes as before and, where
 * that is possible, as readable. The copy shares no bytes with the original.
 *
 * @param codings what takes off the codings of bodies that need a library;
 *   without it such bodies become asterisks
 */
export function withoutSecrets(
  connection: RecordedConnection,
  codings: Codings = {},
): RecordedConnection {
  const { alpn, protocol, missing, reads } = connection;
  const bytes = {
    up: joinedReads(connection, 'up'),
    down: joinedReads(connection, 'down'),
  };
  // Without its beginning nothing can be read, nor told from a secret.
  if (missing && missing.up + missing.down > 0) coverAll(bytes);
  else {
    const sizes = reads.map((read) => ({
      direction: read.direction,
      size: read.bytes.length,
    }));
    maskTalk({ alpn, protocol, bytes, reads: sizes }, codings, 0);
  }
  const at = { up: 0, down: 0 };
  const masked = reads.map(({ direction, time, bytes: { length } }) => {
    const from = at[direction];
    at[direction] += length;
    const own = bytes[direction].subarray(from, at[direction]);
    return { direction, time, bytes: own };
  });
  return { ...connection, reads: masked, isMasked: true };
}

function joinedReads(
  { reads }: RecordedConnection,
  direction: Direction,
): Uint8Array {
  const own = reads.filter((read) => read.direction === direction);
  // A copy also if there is one read only: it will be written to. Not by
  // slice(), which copies nothing of some subclasses.
  return new Uint8Array(concat(own.map(({ bytes }) => bytes)));
}

function coverAll({ up, down }: BothWays): void {
  coverWhole(up, [[0, up.length]]);
  coverWhole(down, [[0, down.length]]);
}

function maskTalk(talk: Talk, codings: Codings, depth: number): void {
  const { bytes, protocol } = talk;
  if (depth > DEEPEST) {
    coverAll(bytes);
    return;
  }
  if (typeof protocol === 'object') {
    maskDelimited(talk, protocol);
    return;
  }
  const units = unitsOf(talk);
  const kind = units.find(({ layer }) => layer === 0)?.kind ?? 'bytes';
  if (protocol === 'mqtt' || startsMqtt(bytes.up)) maskMqtt(bytes);
  else if (talk.alpn === 'h2' || kind.startsWith('http/2'))
    maskHttp2(bytes, codings, (inner) =>
      maskTalk({ bytes: inner, reads: inOneRead(inner) }, codings, depth + 1),
    );
  else if (kind === 'bytes') maskUnknown(bytes);
  else
    maskHttp1(bytes, units, codings, (from) =>
      maskTalk(restOf(talk, from), codings, depth + 1),
    );
}

/** All units; of what is read in another way here, some are enough. */
function unitsOf({ alpn, protocol, bytes, reads }: Talk): Unit[] {
  const decoder = decodeConnection({ alpn, protocol });
  const units: Unit[] = [];
  const at = { up: 0, down: 0 };
  for (const { direction, size } of reads) {
    const from = at[direction];
    at[direction] += size;
    const own = bytes[direction].subarray(from, at[direction]);
    units.push(...decoder.feed(direction, own));
    if (/^(?:bytes$|http\/2|mqtt)/.test(units[0]?.kind ?? '')) return units;
  }
  units.push(...decoder.end('up'), ...decoder.end('down'));
  return units;
}

function inOneRead({ up, down }: BothWays): Talk['reads'] {
  return [
    { direction: 'up', size: up.length },
    { direction: 'down', size: down.length },
  ];
}

/** What is spoken behind those places. */
function restOf({ bytes, reads }: Talk, from: Places): Talk {
  const at = { up: 0, down: 0 };
  const rest = reads.map(({ direction, size }) => {
    const start = Math.max(at[direction], from[direction]);
    at[direction] += size;
    return { direction, size: Math.max(0, at[direction] - start) };
  });
  return {
    bytes: {
      up: bytes.up.subarray(from.up),
      down: bytes.down.subarray(from.down),
    },
    reads: rest.filter(({ size }) => size > 0),
  };
}

/** A protocol that is not known here: what is text in it. */
function maskUnknown({ up, down }: BothWays): void {
  maskText(up);
  maskText(down);
}

/** Messages with their length before them, which must stay; or lines. */
function maskDelimited(talk: Talk, delimiter: Delimiter): void {
  if (delimiter.by === 'lines') {
    maskUnknown(talk.bytes);
    return;
  }
  for (const { layer, direction, ranges } of unitsOf(talk)) {
    const [first] = ranges;
    if (layer === 0 && first)
      maskText(
        talk.bytes[direction],
        'text',
        first[0] + delimiter.prefix,
        ranges.at(-1)![1],
      );
  }
}
