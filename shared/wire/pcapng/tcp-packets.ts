/**
 * IPv4 (RFC 791) and TCP (RFC 9293) packets around recorded bytes, as they
 * might have been: addresses that are made for documentation (RFC 5737), right
 * sequence numbers, right checksums.
 */

/** So much fits into one packet, 65,535 bytes with both headers. */
export const MOST_PAYLOAD = 65_495;

/** The address of every server: 198.51.100.1. */
export const SERVER = 0xc6336401;

const IP_HEADER = 20;
const TCP_HEADER = 20;
const PROTOCOL_TCP = 6;

/** The flags of a segment, RFC 9293, 3.1. */
export const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10 };

/** An address of IPv4 and a port. */
export interface Endpoint {
  /** As a number: 192.0.2.1 is 0xc0000201. */
  address: number;
  port: number;
}

/** One segment, in one packet. */
export interface Packet {
  from: Endpoint;
  to: Endpoint;
  sequence: number;
  acknowledged: number;
  flags: number;
  payload: Uint8Array;
}

// Largest segment, and a window of up to 1 GiB, so that nothing ever looks as
// if a window were full: RFC 9293, 3.2 and RFC 7323, 2.
const SYN_OPTIONS = Uint8Array.of(2, 4, 0xff, 0xd7, 1, 3, 3, 14);

const NO_OPTIONS = new Uint8Array(0);

/** RFC 1071, over what comes in pieces of an even length. */
function checksum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff)
    folded = (folded & 0xffff) + Math.floor(folded / 65_536);
  return ~folded & 0xffff;
}

function sumOf(bytes: Uint8Array, from: number, to: number): number {
  let sum = 0;
  for (let at = from; at < to; at += 2)
    sum += bytes[at]! * 256 + (at + 1 < to ? bytes[at + 1]! : 0);
  return sum;
}

function optionsOf(packet: Packet): Uint8Array {
  return packet.flags & FLAG.syn ? SYN_OPTIONS : NO_OPTIONS;
}

/** How many bytes a packet has, with both headers. */
export function packetSize(packet: Packet): number {
  const options = optionsOf(packet);
  return IP_HEADER + TCP_HEADER + options.length + packet.payload.length;
}

/**
 * Writes a packet into `file` at the index `at`, beginning with the IP header.
 * `packetSize` says how much room it needs.
 */
export function writePacket(
  packet: Packet,
  file: Uint8Array,
  at: number,
): void {
  const size = packetSize(packet);
  const bytes = file.subarray(at, at + size);
  const view = new DataView(file.buffer, file.byteOffset + at, size);
  const options = optionsOf(packet);
  const tcpHeader = TCP_HEADER + options.length;
  view.setUint8(0, 0x45);
  view.setUint16(2, size);
  view.setUint16(6, 0x4000);
  view.setUint8(8, 64);
  view.setUint8(9, PROTOCOL_TCP);
  view.setUint32(12, packet.from.address);
  view.setUint32(16, packet.to.address);
  view.setUint16(10, checksum(sumOf(bytes, 0, IP_HEADER)));
  const tcp = IP_HEADER;
  view.setUint16(tcp, packet.from.port);
  view.setUint16(tcp + 2, packet.to.port);
  view.setUint32(tcp + 4, packet.sequence);
  view.setUint32(tcp + 8, packet.acknowledged);
  view.setUint8(tcp + 12, (tcpHeader / 4) << 4);
  view.setUint8(tcp + 13, packet.flags);
  view.setUint16(tcp + 14, 0xffff);
  bytes.set(options, tcp + TCP_HEADER);
  bytes.set(packet.payload, tcp + tcpHeader);
  // The checksum of TCP is also over addresses, protocol and length.
  const pseudo = sumOf(bytes, 12, 20) + PROTOCOL_TCP + size - IP_HEADER;
  view.setUint16(tcp + 16, checksum(pseudo + sumOf(bytes, tcp, size)));
}

/** What the headers of a packet say that `writePacket` wrote. */
export interface PacketHeaders {
  from: Endpoint;
  to: Endpoint;
  flags: number;
  /** The index in the file of the first byte that it carries. */
  payload: number;
}

/**
 * Reads what `writePacket` wrote.
 *
 * @param from the index in `file` of the packet's first byte
 * @param to the index behind its last
 * @returns undefined for any other packet
 */
export function readPacket(
  file: DataView,
  from: number,
  to: number,
): PacketHeaders | undefined {
  if (to - from < IP_HEADER + TCP_HEADER || file.getUint8(from) !== 0x45)
    return undefined;
  const tcp = from + IP_HEADER;
  const payload = tcp + (file.getUint8(tcp + 12) >> 4) * 4;
  if (file.getUint8(from + 9) !== PROTOCOL_TCP || payload > to)
    return undefined;
  return {
    from: { address: file.getUint32(from + 12), port: file.getUint16(tcp) },
    to: { address: file.getUint32(from + 16), port: file.getUint16(tcp + 2) },
    flags: file.getUint8(tcp + 13),
    payload,
  };
}
