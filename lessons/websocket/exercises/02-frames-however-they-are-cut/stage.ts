/** In the learner's process: calls readers with reads, and notes their calls. */
import { opcodes } from '../../frame.ts';

export interface Heard {
  kind: string;
  data: Uint8Array;
  /** Of which reader. */
  of: number;
  /** During which read the reader called. */
  read: number;
  /** Whether the bytes that were heard are others by now. */
  changed: boolean;
}

export interface Told {
  /** Whether the file lacks the function. */
  missing?: boolean;
  heard: Heard[];
  threw?: { name: string; message: string; stack?: string | undefined };
}

interface Module {
  createReader?(listener: {
    hear(message: unknown): void;
    control(opcode: number, payload: Uint8Array): void;
  }): (read: Uint8Array) => void;
}

const names = Object.entries(opcodes);

/**
 * Some connections, each with a reader of its own: these reads, one after the
 * other.
 *
 * @param reads each with the reader that gets it
 * @param together whether all come in one turn of the event loop
 */
export async function read(
  mine: Module,
  reads: [of: number, bytes: Uint8Array][],
  together = false,
): Promise<Told> {
  const heard: (Heard & { kept: Uint8Array })[] = [];
  if (typeof mine.createReader !== 'function') return { missing: true, heard };
  let now = 0;
  function readerOf(of: number) {
    const note = (kind: string, kept: Uint8Array) =>
      heard.push({
        kind,
        of,
        read: now,
        data: Uint8Array.from(kept),
        changed: false,
        kept,
      });
    return mine.createReader!({
      hear: (message) =>
        typeof message === 'string'
          ? note('text', Buffer.from(message))
          : note('binary', bytesOf(message)),
      control(opcode, payload) {
        const [name = `opcode ${opcode}`] =
          names.find(([, number]) => number === opcode) ?? [];
        note(name, bytesOf(payload));
      },
    });
  }
  try {
    const count = Math.max(...reads.map(([of]) => of)) + 1;
    const readers = Array.from({ length: count }, (_one, of) => readerOf(of));
    for (const [at, [of, bytes]] of reads.entries()) {
      now = at;
      readers[of]!(Buffer.from(bytes));
      if (!together) await turns();
    }
    await turns();
    return {
      heard: heard.map(({ kept, ...one }) => ({
        ...one,
        changed: Buffer.compare(kept, one.data) !== 0,
      })),
    };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { heard: [], threw: { name, message, stack } };
  }
}

/** So many that a reader made of a stream has read, too. */
async function turns() {
  for (let turn = 0; turn < 4; turn += 1)
    await new Promise((done) => setImmediate(done));
}

function bytesOf(given: unknown): Uint8Array {
  if (given instanceof Uint8Array) return given;
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  if (ArrayBuffer.isView(given))
    return new Uint8Array(given.buffer, given.byteOffset, given.byteLength);
  return Buffer.from(`(no bytes: ${String(given)})`);
}
