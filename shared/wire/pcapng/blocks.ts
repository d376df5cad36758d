/** The blocks of a pcapng file: draft-ietf-opsawg-pcapng. */

import { packetSize, writePacket, type Packet } from './tcp-packets.ts';

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const PACKET = 6;
const MAGIC = 0x1a2b3c4d;
/** LINKTYPE_RAW: packets begin with their IP header. */
const RAW = 101;

const COMMENT = 1;
const APPLICATION = 4;

/**
 * What wrote the file (shb_userappl, section 4.1): only such files are opened
 * again. Its version follows, as in `dumpcap V0.99.7`; what early ones wrote
 * has none.
 */
const OURS = 'On the Wire';
const ours = /^On the Wire(?: (?<version>\S+))?$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A packet, and when it was captured; in ms since 1970, with fractions. */
export interface PacketBlock<Content> {
  /** Milliseconds since 1970, with fractions; kept to the microsecond. */
  time: number;
  packet: Content;
  comment?: string | undefined;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

type Options = (readonly [code: number, value: Uint8Array])[];

/** A longer text would not fit into the 16 bits of an option's length. */
function option(code: number, value: string): readonly [number, Uint8Array] {
  return [code, encoder.encode(value).subarray(0, 65_532)];
}

function blockSize(bodySize: number, options: Options): number {
  let size = 12 + padded(bodySize) + (options.length > 0 ? 4 : 0);
  for (const [, value] of options) size += 4 + padded(value.length);
  return size;
}

/** Writes all of a block, at `place[0]`, but its body: returns where that is. */
function writeBlock(
  place: Uint8Array,
  type: number,
  bodySize: number,
  options: Options,
): DataView {
  const size = blockSize(bodySize, options);
  const view = new DataView(place.buffer, place.byteOffset, size);
  view.setUint32(0, type, true);
  view.setUint32(4, size, true);
  let next = 8 + padded(bodySize);
  for (const [code, value] of options) {
    view.setUint16(next, code, true);
    view.setUint16(next + 2, value.length, true);
    place.set(value, next + 4);
    next += 4 + padded(value.length);
  }
  view.setUint32(size - 4, size, true);
  return new DataView(place.buffer, place.byteOffset + 8, bodySize);
}

function sectionOptions(version: string | undefined): Options {
  return [
    option(APPLICATION, version === undefined ? OURS : `${OURS} ${version}`),
    option(
      COMMENT,
      'Recorded inside TLS, if there was any. Packets, addresses and ports are made up around the recorded bytes.',
    ),
  ];
}
const INTERFACE_SIZE = blockSize(8, []);

/** The beginning of a file: a section, and its one interface. */
function writeStart(file: Uint8Array, options: Options): number {
  const section = writeBlock(file, SECTION, 16, options);
  section.setUint32(0, MAGIC, true);
  section.setUint16(4, 1, true);
  // The length of the section is not told.
  section.setBigInt64(8, -1n, true);
  const at = blockSize(16, options);
  const device = writeBlock(file.subarray(at), INTERFACE, 8, []);
  device.setUint16(0, RAW, true);
  return at + INTERFACE_SIZE;
}

const PACKET_HEADER = 20;

/**
 * A whole file of these packets.
 *
 * @param version of the course that writes it, if it says so; without blanks
 */
export function writeFile(
  packets: readonly PacketBlock<Packet>[],
  version: string | undefined,
): Uint8Array {
  const about = sectionOptions(version);
  const options = packets.map(({ comment }): Options =>
    comment === undefined ? [] : [option(COMMENT, comment)],
  );
  let size = blockSize(16, about) + INTERFACE_SIZE;
  for (const [i, { packet }] of packets.entries())
    size += blockSize(PACKET_HEADER + packetSize(packet), options[i]!);
  const file = new Uint8Array(size);
  let at = writeStart(file, about);
  for (const [i, { time, packet }] of packets.entries()) {
    const length = packetSize(packet);
    const bodySize = PACKET_HEADER + length;
    const body = writeBlock(file.subarray(at), PACKET, bodySize, options[i]!);
    const microseconds = Math.round(time * 1000);
    body.setUint32(4, Math.floor(microseconds / 2 ** 32), true);
    body.setUint32(8, microseconds % 2 ** 32, true);
    body.setUint32(12, length, true);
    body.setUint32(16, length, true);
    writePacket(packet, file, at + 8 + PACKET_HEADER);
    at += blockSize(bodySize, options[i]!);
  }
  return file;
}

/** Thrown when a file is not one that this course has written. */
export class NotOurFile extends Error {
  constructor(found: string) {
    super(
      `Cannot open this recording: expected a pcapng file that "On the Wire" has saved, found ${found}. Open other captures in Wireshark.`,
    );
    this.name = 'NotOurFile';
  }
}

/** The options at the index `from`, each by its code. */
function optionsOf(
  file: DataView,
  from: number,
  to: number,
): Map<number, string> {
  const options = new Map<number, string>();
  for (let at = from; at + 4 <= to;) {
    const code = file.getUint16(at, true);
    const length = file.getUint16(at + 2, true);
    if (code === 0) break;
    const size = Math.min(length, to - at - 4);
    const value = new Uint8Array(file.buffer, file.byteOffset + at + 4, size);
    options.set(code, decoder.decode(value));
    at += 4 + padded(length);
  }
  return options;
}

/** Takes the packets of a file, one after the other. */
export interface BlockReader {
  /** Another section begins: which version wrote it. */
  section(version: string | undefined): void;
  /**
   * @param time in ms since 1970, with fractions
   * @param from the index in the file of the packet's first byte
   * @param to the index behind its last
   */
  packet(
    time: number,
    from: number,
    to: number,
    comment: string | undefined,
  ): void;
}

/** How many packets a file has, as far as it can be read. */
export function countPackets(file: Uint8Array): number {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  let count = 0;
  for (let at = 0; at + 12 <= file.length;) {
    if (view.getUint32(at, true) === PACKET) count++;
    const size = view.getUint32(at + 4, true);
    if (size < 12) break;
    at += size;
  }
  return count;
}

/**
 * Reads a file from its first block to its last. Nothing of it is copied, and
 * nothing is made for a packet: 200,000 of them are usual.
 *
 * @throws NotOurFile
 */
export function readBlocks(file: Uint8Array, reader: BlockReader): void {
  const { length } = file;
  const view = new DataView(file.buffer, file.byteOffset, length);
  for (let at = 0; at < length;) {
    const type = at + 4 <= length ? view.getUint32(at, true) : 0;
    if (at === 0 && type !== SECTION)
      throw new NotOurFile('another kind of file');
    // The length of a section is in the order of bytes that it has itself.
    if (type === SECTION) checkOrder(view, at);
    const size = at + 12 <= length ? view.getUint32(at + 4, true) : 0;
    if (size < 12 || size % 4 !== 0 || at + size > length)
      throw new NotOurFile(`a file that is cut off, or damaged at byte ${at}`);
    const end = at + size - 4;
    if (type === SECTION) reader.section(readSection(view, at + 8, end));
    else if (type === PACKET) readPacketBlock(view, at, end, reader);
    at += size;
  }
  if (length === 0) throw new NotOurFile('an empty file');
}

function checkOrder(file: DataView, at: number): void {
  if (at + 12 <= file.byteLength && file.getUint32(at + 8, true) !== MAGIC)
    throw new NotOurFile('a pcapng file in another byte order');
}

/** The version that wrote a section. */
function readSection(
  file: DataView,
  from: number,
  to: number,
): string | undefined {
  const application = optionsOf(file, from + 16, to).get(APPLICATION);
  const match = ours.exec(application ?? '');
  if (!match)
    throw new NotOurFile(
      application
        ? `a pcapng file of ${JSON.stringify(application.slice(0, 80))}`
        : 'a pcapng file of another program',
    );
  return match.groups?.['version'];
}

/** @param to where the body of the block at `at` ends */
function readPacketBlock(
  file: DataView,
  at: number,
  to: number,
  reader: BlockReader,
): void {
  const from = at + 8 + PACKET_HEADER;
  const length = from <= to ? file.getUint32(at + 20, true) : Infinity;
  if (from + length > to)
    throw new NotOurFile(`a file that is damaged at byte ${at}`);
  const high = file.getUint32(at + 12, true) * 2 ** 32;
  const time = (high + file.getUint32(at + 16, true)) / 1000;
  const options = from + padded(length);
  const comment =
    options < to ? optionsOf(file, options, to).get(COMMENT) : undefined;
  reader.packet(time, from, from + length, comment);
}
