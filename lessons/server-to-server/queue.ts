/**
 * A queue on disk: a line of JSON for each item to be done, and one when it is
 * done. After a crash between two lines, the file says what is left to do.
 *
 * Left out: several processes on one file.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

export interface Item {
  id: string;
  body: string;
}

/** Opens the queue in a file, which is made if there is none. */
export function openQueue(file: string) {
  mkdirSync(dirname(file), { recursive: true });
  const pending = new Map<string, Item>();
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';

  // A line that a crash cut off was never promised to anybody.
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  for (const line of lines.filter(Boolean)) {
    const { add, done } = JSON.parse(line) as { add?: Item; done?: string };
    if (add) pending.set(add.id, add);
    if (done) pending.delete(done);
  }

  // Begin with what is left, in a new file that then replaces the old one: a
  // crash leaves the old file or the new one, never half of one.
  const lineOf = (entry: object) => `${JSON.stringify(entry)}\n`;
  const left = [...pending.values()].map((add) => lineOf({ add })).join('');
  writeFileSync(`${file}.new`, left, { flush: true });
  renameSync(`${file}.new`, file);
  const handle = openSync(file, 'a');
  let isClosed = false;

  return {
    /** What is not done yet, oldest first. */
    pending: () => [...pending.values()],
    /** Returns when the disk has them: from then on they will be delivered. */
    add(...items: Item[]) {
      writeSync(handle, items.map((add) => lineOf({ add })).join(''));
      fsyncSync(handle);
      for (const item of items) pending.set(item.id, item);
    },
    /** If a crash forgets this line, the item is only delivered twice. */
    done(id: string) {
      pending.delete(id);
      // By its name: Windows lets nobody truncate by a handle that appends.
      if (pending.size === 0) truncateSync(file);
      else writeSync(handle, lineOf({ done: id }));
    },
    close() {
      if (!isClosed) closeSync(handle);
      isClosed = true; // its number may soon be somebody else's
    },
  };
}
