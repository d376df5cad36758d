/** In the learner's process: calls the reader with reads, and notes its calls. */
import { opcodes } from '../../frame.ts';

export interface Heard {
  kind: string;
  data: Uint8Array;
  /** During which read the reader called. */
  read: number;
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

/** One connection: these reads, one after the other. */
export async function read(mine: Module, reads: Uint8Array[]): Promise<Told> {
  const heard: Heard[] = [];
  if (typeof mine.createReader !== 'function') return { missing: true, heard };
  let now = 0;
  const note = (kind: string, data: Uint8Array) =>
    // A copy: it may be part of a buffer that is reused.
    heard.push({ kind, data: Uint8Array.from(data), read: now });
  try {
    const feed = mine.createReader({
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
    for (; now < reads.length; now += 1) feed(Buffer.from(reads[now]!));
    await new Promise((done) => setImmediate(done));
    return { heard };
  } catch (error) {
    const { name, message, stack } = error as Error;
    return { heard, threw: { name, message, stack } };
  }
}

function bytesOf(given: unknown): Uint8Array {
  if (given instanceof Uint8Array) return given;
  if (given instanceof ArrayBuffer) return new Uint8Array(given);
  return Buffer.from(`(no bytes: ${String(given)})`);
}
