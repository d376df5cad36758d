/**
 * The units of a tap's connections, as they happen: what was read goes through
 * a decoder for each connection, from its first byte on.
 */
import { EventEmitter } from 'node:events';
import type { Opened, Tap } from '../tap/tap.ts';
import { decodeConnection } from '../wire/connection.ts';
import type { ConnectionDecoder, Direction, Unit } from '../wire/unit.ts';

import { countNote, countUnit, noCounts, type Counts } from './counts.ts';

/** A unit, and where and when its last byte was handed on. */
export interface LiveUnit {
  /** 1 for the tap's first connection, then 2, 3, … */
  connection: number;
  /** ms since the tap was created. */
  time: number;
  unit: Unit;
}

/** Something that happened to a connection and is no bytes, in words. */
export interface Note {
  connection: number;
  /** ms since the tap was created. */
  time: number;
  /** `open` and `end` are the connection's own; a fault is ours. */
  kind: 'open' | 'end' | 'fault';
  /** Where it travelled or struck; none where it concerns both directions. */
  direction?: Direction;
  text: string;
}

/**
 * Decodes all that a tap hands on. Costs one decoder for each open connection;
 * units are told once and not kept.
 */
export class LiveUnits extends EventEmitter<{
  unit: [LiveUnit];
  note: [Note];
}> {
  /** What the run has come to. */
  readonly counts: Counts = noCounts();
  readonly #decoders = new Map<number, ConnectionDecoder>();

  constructor(tap: Tap) {
    super();
    tap.on('open', (opened) => {
      const { connection, time, protocol } = opened;
      this.#decoders.set(connection, decodeConnection({ alpn: protocol }));
      this.#note({ connection, time, kind: 'open', text: describe(opened) });
    });
    tap.on('read', ({ connection, direction, time, bytes }) => {
      const decoder = this.#decoders.get(connection);
      this.#tell(connection, time, decoder?.feed(direction, bytes));
    });
    tap.on('end', ({ connection, direction, time, how, text }) => {
      // What was incomplete is told before the end of its direction is.
      const decoder = this.#decoders.get(connection);
      for (const ended of direction ? [direction] : (['up', 'down'] as const))
        this.#tell(connection, time, decoder?.end(ended));
      this.#note({
        connection,
        time,
        kind: 'end',
        ...(direction && { direction }),
        text: text ?? ends[how],
      });
    });
    tap.on('fault', ({ connection, direction, time, fault, text }) => {
      this.#note({
        connection,
        time,
        kind: 'fault',
        ...(direction && { direction }),
        text: `${fault}: ${text}`,
      });
    });
    tap.on('close', ({ connection }) => this.#decoders.delete(connection));
  }

  #tell(connection: number, time: number, units: Unit[] = []): void {
    for (const unit of units) {
      countUnit(this.counts, unit);
      this.emit('unit', { connection, time, unit });
    }
  }

  #note(note: Note): void {
    countNote(this.counts, note.kind);
    this.emit('note', note);
  }
}

const ends = {
  fin: 'FIN: all was said',
  rst: 'RST: torn down',
  refused: 'RST: the server could not be reached',
  failed: 'the TLS handshake was broken off',
};

function describe({ client, encrypted, protocol }: Opened): string {
  const by = `opened by port ${client.port}`;
  if (!encrypted) return by;
  return `${by}, over TLS${protocol ? `, to speak ${protocol}` : ''}`;
}
