/** The blocks of a pcapng file: draft-ietf-opsawg-pcapng. */

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const PACKET = 6;
const MAGIC = 0x1a2b3c4d;
/** LINKTYPE_RAW: packets begin with their IP header. */
const RAW = 101;

const COMMENT = 1;
const APPLICATION = 4;

/** Who wrote the file; only such files are opened again. */
const OURS = 'On the Wire';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export interface PacketBlock {
  /** Milliseconds since 1970, with fractions; kept to the microsecond. */
  time: number;
  packet: Uint8Array;
  comment?: string | undefined;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

/** A block: its type, its length at both ends, body and options. */
function block(
  type: number,
  body: Uint8Array,
  options: [code: number, value: string][],
): Uint8Array {
  // A longer text would not fit into the 16 bits of an option's length.
  const values = options.map(
    ([code, value]) =>
      [code, encoder.encode(value).subarray(0, 65_532)] as const,
  );
  let size = 12 + padded(body.length) + (values.length > 0 ? 4 : 0);
  for (const [, value] of values) size += 4 + padded(value.length);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, size, true);
  bytes.set(body, 8);
  let at = 8 + padded(body.length);
  for (const [code, value] of values) {
    view.setUint16(at, code, true);
    view.setUint16(at + 2, value.length, true);
    bytes.set(value, at + 4);
    at += 4 + padded(value.length);
  }
  view.setUint32(size - 4, size, true);
  return bytes;
}

/** The beginning of a file: a section, and its one interface. */
export function writeStart(): Uint8Array[] {
  const section = new Uint8Array(16);
  const view = new DataView(section.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, 1, true);
  // The length of the section is not told.
  view.setBigInt64(8, -1n, true);
  const device = new Uint8Array(8);
  new DataView(device.buffer).setUint16(0, RAW, true);
  const about =
    'Recorded inside TLS, if there was any. Packets, addresses and ports are made up around the recorded bytes.';
  return [
    block(SECTION, section, [
      [APPLICATION, OURS],
      [COMMENT, about],
    ]),
    block(INTERFACE, device, []),
  ];
}

export function writePacketBlock(one: PacketBlock): Uint8Array {
  const { packet, comment } = one;
  const body = new Uint8Array(20 + packet.length);
  const view = new DataView(body.buffer);
  const time = BigInt(Math.round(one.time * 1000));
  view.setUint32(4, Number(time >> 32n), true);
  view.setUint32(8, Number(time & 0xffffffffn), true);
  view.setUint32(12, packet.length, true);
  view.setUint32(16, packet.length, true);
  body.set(packet, 20);
  return block(PACKET, body, comment ? [[COMMENT, comment]] : []);
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

function optionsOf(bytes: Uint8Array): Map<number, string> {
  const options = new Map<number, string>();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at + 4 <= bytes.length;) {
    const code = view.getUint16(at, true);
    const length = view.getUint16(at + 2, true);
    if (code === 0) break;
    const value = bytes.subarray(
      at + 4,
      Math.min(at + 4 + length, bytes.length),
    );
    options.set(code, decoder.decode(value));
    at += 4 + padded(length);
  }
  return options;
}

/** The packets of a file; throws `NotOurFile`. */
export function readPackets(file: Uint8Array): PacketBlock[] {
  const packets: PacketBlock[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  for (let at = 0; at < file.length;) {
    const type = at + 4 <= file.length ? view.getUint32(at, true) : 0;
    if (at === 0 && type !== SECTION)
      throw new NotOurFile('another kind of file');
    const size = at + 12 <= file.length ? view.getUint32(at + 4, true) : 0;
    if (size < 12 || size % 4 !== 0 || at + size > file.length)
      throw new NotOurFile(`a file that is cut off, or damaged at byte ${at}`);
    const body = file.subarray(at + 8, at + size - 4);
    if (type === SECTION) checkSection(body);
    else if (type === PACKET) packets.push(readPacketBlock(body, at));
    at += size;
  }
  if (file.length === 0) throw new NotOurFile('an empty file');
  return packets;
}

function checkSection(body: Uint8Array): void {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  if (body.length < 16 || view.getUint32(0, true) !== MAGIC)
    throw new NotOurFile('a pcapng file in another byte order');
  const application = optionsOf(body.subarray(16)).get(APPLICATION);
  if (application !== OURS)
    throw new NotOurFile(
      application
        ? `a pcapng file of ${JSON.stringify(application.slice(0, 80))}`
        : 'a pcapng file of another program',
    );
}

function readPacketBlock(body: Uint8Array, at: number): PacketBlock {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const length = body.length >= 20 ? view.getUint32(12, true) : Infinity;
  if (20 + length > body.length)
    throw new NotOurFile(`a file that is damaged at byte ${at}`);
  const high = BigInt(view.getUint32(4, true));
  const time = Number((high << 32n) | BigInt(view.getUint32(8, true))) / 1000;
  const options = optionsOf(body.subarray(20 + padded(length)));
  const packet = body.subarray(20, 20 + length);
  return { time, packet, comment: options.get(COMMENT) };
}
