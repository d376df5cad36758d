/** Notices what was saved in a lesson's folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

const settle = 20; // ms from the last event to a look at the files
const secondLook = 100; // ms until a file that is missing or empty counts

/** What was saved, by what it means: names relative to the lesson's folder. */
export interface Saved {
  server: string[];
  page: string[];
  tutorial: string[];
}

/**
 * Watches a lesson's folder from now on. What counts is the content of the
 * files: saving one unchanged is nothing, and however an editor saves (in place,
 * by renaming, with files beside it), it is one save.
 *
 * @param onSave gets what has changed since the last call
 * @param onError gets what keeps saves from being noticed
 */
export function watchLesson(
  folder: string,
  onSave: (saved: Saved) => void,
  onError: (error: unknown) => void,
): { close(): Promise<void> } {
  let known = readLesson(folder);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  function lookIn(delay: number, again = false) {
    if (closed) return;
    clearTimeout(timer);
    timer = setTimeout(look, delay, again);
  }

  function look(again: boolean) {
    const now = readLesson(folder);
    const names = new Set([...known.keys(), ...now.keys()]);
    const changed = [...names].filter(
      (name) => !now.get(name)?.equals(known.get(name) ?? nothing),
    );
    // Some editors empty or remove a file before they write it.
    const unfinished = changed.some((name) => !now.get(name)?.length);
    if (unfinished && !again) return lookIn(secondLook, true);
    known = now;
    if (changed.length > 0) onSave(sort(changed));
  }

  // Loaded late: the lesson's process starts in the meantime.
  const watcher = (async () => {
    const { watch } = await import('chokidar');
    if (closed) return undefined;
    return watch(folder, {
      ignored: (path) => isIgnored(relative(folder, path)),
      ignoreInitial: true,
      atomic: false,
    })
      .on('all', () => lookIn(settle))
      .on('ready', () => lookIn(0)) // Saved before the watch began?
      .on('error', onError);
  })().catch((error: unknown) => void onError(error));

  return {
    async close() {
      closed = true;
      clearTimeout(timer);
      await (await watcher)?.close();
    },
  };
}

// A new file without content changes nothing yet.
const nothing = Buffer.alloc(0);

function sort(names: string[]): Saved {
  const kindOf = (name: string) => {
    if (name.startsWith('page/')) return 'page';
    return name === 'README.md' || name.startsWith('side-trips/')
      ? 'tutorial'
      : 'server';
  };
  const {
    server = [],
    page = [],
    tutorial = [],
  } = Object.groupBy(names, kindOf);
  return { server, page, tutorial };
}

const notTheLesson = new Set([
  'test',
  'exercises',
  'workspace',
  'node_modules',
]);

/** Whether a path in the lesson's folder is none of the running lesson's. */
function isIgnored(path: string): boolean {
  const names = path.split(sep);
  // Hidden files and what editors put beside a file while it is open or saved:
  // a~, #a#, a.swp, a.tmp, a___jb_tmp___, and 4913, by which vim tries whether
  // it may write.
  return (
    notTheLesson.has(names[0]!) ||
    names.some((name) =>
      /^[.#]|~$|\.(?:sw[a-z]|te?mp)$|___jb_\w+___$|^4913$/.test(name),
    )
  );
}

/** Name and content of every file of the lesson. */
function readLesson(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const read = (inside: string) => {
    for (const entry of readdirSync(join(folder, inside), {
      withFileTypes: true,
    })) {
      const path = join(inside, entry.name);
      if (isIgnored(path)) continue;
      try {
        if (entry.isDirectory()) read(path);
        else if (entry.isFile())
          files.set(
            path.split(sep).join('/'),
            readFileSync(join(folder, path)),
          );
      } catch {
        // Gone since it was listed, or not ours to read.
      }
    }
  };
  try {
    read('');
  } catch {
    // The folder itself is gone: so are its files.
  }
  return files;
}
