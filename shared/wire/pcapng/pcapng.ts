/**
 * Recordings as pcapng files, which Wireshark opens: each read becomes a
 * packet, TLS is gone, the server is on port 80 (MQTT: 1883), so that the
 * dissectors are found. What a packet cannot say stands in its comment.
 */
import { protocolUp } from '../connection.ts';
import { aboutText, type About } from './about.ts';
import { writeFile, type PacketBlock } from './blocks.ts';
import { openPcapng } from './capture-file.ts';
import type { CapturedConnection, Capture } from '../capture.ts';
import {
  FLAG,
  MOST_PAYLOAD,
  SERVER,
  type Endpoint,
  type Packet,
} from './tcp-packets.ts';
import { otherDirection, type Direction } from '../unit.ts';

/** 192.0.2.1, and those after it. */
const CLIENT = 0xc0000201;
/** Ports of clients: RFC 6335, 6. */
const FIRST_PORT = 49_152;
const PORTS = 16_384;

const NOTHING = new Uint8Array(0);

/** The port under which Wireshark will know the protocol. */
function shownPort(connection: CapturedConnection): number {
  const first = connection.reads.find(({ direction }) => direction === 'up');
  const protocol =
    connection.protocol ??
    (connection.alpn ? 'http/1.1' : protocolUp(first?.bytes ?? NOTHING));
  if (protocol === 'mqtt') return 1883;
  const isHttp = protocol === undefined || String(protocol).startsWith('http');
  return isHttp ? 80 : connection.realPort;
}

/** Makes the packets of one connection, one after the other. */
class Conversation {
  readonly blocks: PacketBlock<Packet>[] = [];
  #ends: Record<Direction, Endpoint>;
  #next: Record<Direction, number>;

  constructor(connection: CapturedConnection, place: number) {
    const address = CLIENT + Math.floor(place / PORTS);
    this.#ends = {
      up: { address, port: FIRST_PORT + (place % PORTS) },
      down: { address: SERVER, port: shownPort(connection) },
    };
    // Any number may be the first: these make offsets easy to read.
    this.#next = { up: 0, down: 0 };
    const { start, missing } = connection;
    const comment = aboutText(aboutOf(connection));
    this.send('up', start, FLAG.syn, { comment });
    this.send('down', start, FLAG.syn | FLAG.ack);
    this.send('up', start, FLAG.ack);
    // A gap where bytes were dropped, as if they had not been captured.
    this.#next.up += missing?.up ?? 0;
    this.#next.down += missing?.down ?? 0;
  }

  send(
    direction: Direction,
    time: number,
    flags: number,
    {
      payload = NOTHING,
      comment,
    }: { payload?: Uint8Array; comment?: string } = {},
  ): void {
    const other = otherDirection(direction);
    const packet: Packet = {
      from: this.#ends[direction],
      to: this.#ends[other],
      sequence: this.#next[direction] >>> 0,
      acknowledged: flags & FLAG.ack ? this.#next[other] >>> 0 : 0,
      flags,
      payload,
    };
    const takesOne = flags & (FLAG.syn | FLAG.fin) ? 1 : 0;
    this.#next[direction] =
      (this.#next[direction] + payload.length + takesOne) % 2 ** 32;
    this.blocks.push({ time, packet, comment });
  }

  /** A read; more than one packet if it is large: the last one has PSH. */
  read(direction: Direction, time: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MOST_PAYLOAD) {
      const piece = bytes.subarray(at, at + MOST_PAYLOAD);
      const isLast = at + MOST_PAYLOAD >= bytes.length;
      const flags = FLAG.ack | (isLast ? FLAG.psh : 0);
      this.send(direction, time, flags, { payload: piece });
    }
  }

  end(direction: Direction, time: number, how: 'fin' | 'rst'): void {
    this.send(direction, time, FLAG[how] | FLAG.ack);
    if (how === 'fin') this.send(otherDirection(direction), time, FLAG.ack);
  }

  comment(time: number, text: string): void {
    this.send('down', time, FLAG.ack, { comment: text });
  }
}

function aboutOf(connection: CapturedConnection): About {
  const { id, realPort, link, secure, alpn, protocol, missing, isMasked } =
    connection;
  return { id, realPort, link, secure, alpn, protocol, missing, isMasked };
}

function blocksOf(
  connection: CapturedConnection,
  place: number,
): PacketBlock<Packet>[] {
  const talk = new Conversation(connection, place);
  const { reads, ends, comments } = connection;
  const moments = [
    ...reads.map(({ direction, time, bytes }) => ({
      time,
      happen: () => talk.read(direction, time, bytes),
    })),
    ...ends.map(({ direction, time, how }) => ({
      time,
      happen: () => talk.end(direction, time, how),
    })),
    ...comments.map(({ time, text }) => ({
      time,
      happen: () => talk.comment(time, text),
    })),
  ];
  for (const { happen } of moments.sort((a, b) => a.time - b.time)) happen();
  return talk.blocks;
}

/**
 * A recording as a pcapng file. Times are kept to the microsecond. Nothing is
 * masked here: see `withoutSecrets`.
 */
export function writePcapng(recording: Capture): Uint8Array {
  const blocks = recording.connections.flatMap(blocksOf);
  blocks.sort((a, b) => a.time - b.time);
  return writeFile(blocks, recording.version);
}

/**
 * A recording from a file that `writePcapng` made, with reads of its own.
 * @throws NotOurFile for any other file, with what was found
 */
export function readPcapng(file: Uint8Array): Capture {
  return openPcapng(file).capture();
}
