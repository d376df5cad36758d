/**
 * Recordings as pcapng files, which Wireshark opens: each read becomes a
 * packet, TLS is gone, the server is on port 80 (MQTT: 1883), so that the
 * dissectors are found. What a packet cannot say stands in its comment.
 */
import { concat } from '../bytes.ts';
import { protocolUp, type Protocol } from '../connection.ts';
import {
  NotOurFile,
  readPackets,
  writeFile,
  type PacketBlock,
} from './blocks.ts';
import type { CapturedConnection, Capture } from '../capture.ts';
import {
  FLAG,
  MOST_PAYLOAD,
  readPacket,
  type Endpoint,
  type Packet,
} from './tcp-packets.ts';
import { otherDirection, type Direction } from '../unit.ts';

/** 198.51.100.1 */
const SERVER = 0xc6336401;
/** 192.0.2.1, and those after it. */
const CLIENT = 0xc0000201;
/** Ports of clients: RFC 6335, 6. */
const FIRST_PORT = 49_152;
const PORTS = 16_384;

const NOTHING = new Uint8Array(0);

/** What a connection's SYN says in its comment: a name and a value a line. */
interface About {
  id: number;
  realPort: number;
  secure: boolean;
  alpn: string | undefined;
  protocol: Protocol | undefined;
  missing: { up: number; down: number } | undefined;
  isMasked?: boolean | undefined;
}

function protocolName(protocol: Protocol): string {
  if (typeof protocol === 'string') return protocol;
  return protocol.by === 'lines' ? 'lines' : `length ${protocol.prefix}`;
}

function protocolNamed(name: string | undefined): Protocol | undefined {
  if (name === undefined) return undefined;
  if (name === 'lines') return { by: 'lines' };
  const prefix = /^length ([124])$/.exec(name)?.[1];
  if (prefix) return { by: 'length', prefix: Number(prefix) as 1 | 2 | 4 };
  const known = (['http/1.1', 'http/2', 'mqtt', 'bytes'] as const).find(
    (one) => one === name,
  );
  if (!known) throw new NotOurFile(`a connection of the protocol "${name}"`);
  return known;
}

function aboutText(about: About): string {
  const { id, realPort, secure, alpn, protocol, missing, isMasked } = about;
  return [
    `connection: ${id}`,
    `real port: ${realPort}`,
    `TLS: ${secure ? 'yes, removed here' : 'no'}`,
    ...(alpn ? [`ALPN: ${alpn}`] : []),
    ...(protocol ? [`protocol: ${protocolName(protocol)}`] : []),
    ...(missing ? [`dropped: ${missing.up} up, ${missing.down} down`] : []),
    ...(isMasked ? ['masked: yes'] : []),
  ].join('\n');
}

function readAbout(comment: string): About {
  const lines = new Map(
    comment.split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const id = Number(lines.get('connection'));
  const realPort = Number(lines.get('real port'));
  if (!Number.isInteger(id) || !Number.isInteger(realPort))
    throw new NotOurFile('a connection without its number and port');
  const dropped = /^(\d+) up, (\d+) down$/.exec(lines.get('dropped') ?? '');
  return {
    id,
    realPort,
    secure: lines.get('TLS')?.startsWith('yes') ?? false,
    alpn: lines.get('ALPN'),
    protocol: protocolNamed(lines.get('protocol')),
    missing: dropped
      ? { up: Number(dropped[1]), down: Number(dropped[2]) }
      : undefined,
    ...(lines.get('masked') === 'yes' && { isMasked: true }),
  };
}

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
  const { id, realPort, secure, alpn, protocol, missing, isMasked } =
    connection;
  return { id, realPort, secure, alpn, protocol, missing, isMasked };
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

/** A connection that is being read, and a read that is not complete. */
interface Opened {
  connection: CapturedConnection;
  pending: Record<Direction, Uint8Array[]>;
}

function clientOf({ from, to }: Packet): Endpoint {
  return from.address === SERVER ? to : from;
}

function open(time: number, comment: string): Opened {
  const connection = {
    ...readAbout(comment),
    start: time,
    reads: [],
    ends: [],
    comments: [],
  };
  return { connection, pending: { up: [], down: [] } };
}

function readInto(
  opened: Opened,
  packet: Packet,
  block: { time: number; comment?: string | undefined },
): void {
  const { connection, pending } = opened;
  const direction = packet.from.address === SERVER ? 'down' : 'up';
  const { time, comment } = block;
  if (packet.flags & FLAG.syn) return;
  if (packet.flags & FLAG.rst)
    connection.ends.push({ direction, time, how: 'rst' });
  else if (packet.flags & FLAG.fin)
    connection.ends.push({ direction, time, how: 'fin' });
  else if (comment !== undefined)
    connection.comments.push({ time, text: comment });
  if (packet.payload.length === 0) return;
  pending[direction].push(packet.payload);
  if (!(packet.flags & FLAG.psh)) return;
  const parts = pending[direction];
  pending[direction] = [];
  connection.reads.push({ direction, time, bytes: concat(parts) });
}

/**
 * A recording from a file that `writePcapng` made.
 * @throws NotOurFile for any other file, with what was found
 */
export function readPcapng(file: Uint8Array): Capture {
  const opened = new Map<string, Opened>();
  const { packets, version } = readPackets(file);
  for (const block of packets) {
    const packet = readPacket(block.packet);
    if (!packet) throw new NotOurFile('a packet that is not TCP over IPv4');
    const { address, port } = clientOf(packet);
    const key = `${address}:${port}`;
    const isStart = packet.flags === FLAG.syn;
    if (isStart) opened.set(key, open(block.time, block.comment ?? ''));
    const one = opened.get(key);
    if (!one) throw new NotOurFile('a packet before its connection was opened');
    readInto(one, packet, block);
  }
  const connections = Array.from(
    opened.values(),
    ({ connection }) => connection,
  );
  return {
    ...(version !== undefined && { version }),
    connections: connections.sort((a, b) => a.id - b.id),
  };
}
