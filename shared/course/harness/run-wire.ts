/** Opens a run that was saved: in the browser, or as a page that stands alone. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  closeServer,
  createGuardedServer,
} from '@on-the-wire/viewer/server/guarded-server.ts';
import {
  generator,
  makeSavedPage,
} from '@on-the-wire/viewer/saved/saved-page.ts';
import { withoutSecrets } from '@on-the-wire/wire/masking/connection.ts';
import { nodeDecompressors } from '@on-the-wire/wire/coding/node-decompressors.ts';
import { nodeCodings } from '@on-the-wire/wire/coding/node-codings.ts';
import { openPcapng } from '@on-the-wire/wire/pcapng/capture-file.ts';
import { readPcapng, writePcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { keepMemorySmall } from '@on-the-wire/viewer/live/small-memory.ts';
import { SavedRun } from '@on-the-wire/viewer/saved/saved.ts';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';

const LARGEST = 256 * 1024 * 1024; // bytes of a file

/** A run that was read from a file. */
export interface ReadRun {
  /** The file's name, without its folders. */
  name: string;
  file: Uint8Array;
  /** Decoded when it is asked for: a page decodes its own. */
  readonly run: SavedRun;
}

/**
 * Reads a file that was saved in the shell.
 *
 * @throws UsageError (1) that says what was found instead
 */
export async function readRun(path: string): Promise<ReadRun> {
  keepMemorySmall();
  if (!existsSync(path))
    throw new UsageError(
      `There is no file ${path}. Save a run in the shell first: Wire, Save.`,
      1,
    );
  const { size } = attempt(`${path} cannot be opened`, () => {
    const found = statSync(path);
    if (!found.isDirectory()) return found;
    throw new UsageError(
      `${path} is a folder; expected a file that was saved in the shell. Name one in it.`,
      1,
    );
  });
  if (size > LARGEST)
    throw new UsageError(
      `${path} has ${size} bytes; up to ${LARGEST} are opened here. Wireshark opens larger ones.`,
      1,
    );
  // At once: read in pieces, it would be in memory twice.
  const file = attempt(`${path} cannot be read`, () => readFileSync(path));
  try {
    const opened = openPcapng(file);
    if (opened.connections.length === 0)
      throw new Error('Found a recording without a connection.');
    let run: SavedRun | undefined;
    return {
      name: basename(path),
      file,
      get run() {
        return (run ??= new SavedRun(opened, nodeDecompressors));
      },
    };
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, 1);
  }
}

/**
 * Writes one page with the run in it. A page of ours is replaced, any other
 * file is left alone.
 *
 * @param secrets as they are in the file; without it they become asterisks
 * @throws UsageError (1) where another file is in the way, or it cannot be
 *   written
 */
export async function writePage(
  { name, file }: ReadRun,
  out: string,
  { secrets = false, unit }: { secrets?: boolean; unit?: number | undefined },
): Promise<void> {
  const cannot = `The page cannot be written to ${out}`;
  const isOther =
    existsSync(out) && !(await attempt(cannot, () => isOurs(out)));
  if (isOther)
    throw new UsageError(
      `${out} is there already, and is no page that was saved here. Name another file, or remove it.`,
      1,
    );
  const kept = secrets ? file : masked(file);
  const page = await makeSavedPage(kept, name, unit);
  // Whole or not at all.
  const beside = `${out}.${process.pid}.tmp`;
  await attempt(cannot, async () => {
    try {
      await writeFile(beside, page);
      await rename(beside, out);
    } finally {
      await rm(beside, { force: true });
    }
  });
}

function masked(file: Uint8Array): Uint8Array {
  const recording = readPcapng(file);
  return writePcapng({
    ...recording,
    connections: recording.connections.map((each) =>
      withoutSecrets(each, nodeCodings),
    ),
  });
}

async function isOurs(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(2_048),
      0,
      2_048,
    );
    return buffer.toString('utf8', 0, bytesRead).includes(generator);
  } finally {
    await file.close();
  }
}

/**
 * Serves the run as a page, on this machine only.
 *
 * @param port 0 takes any that is free
 */
export async function serveRun(
  { name, file }: ReadRun,
  port: number,
  unit?: number,
): Promise<{ url: string; close(): Promise<void> }> {
  const page = await makeSavedPage(file, name, unit);
  const server = createGuardedServer({
    pages: {
      '/': async () => ({
        type: 'text/html; charset=utf-8',
        body: page,
        // The page has a policy of its own, which cannot say this.
        headers: { 'Content-Security-Policy': "frame-ancestors 'none'" },
      }),
    },
  });
  const { port: taken } = await listen(server, port).catch((error: unknown) => {
    const why = (error as Error).message;
    throw new UsageError(`The run cannot be served: ${why}.`, 1);
  });
  return {
    url: `http://127.0.0.1:${taken}/`,
    close: () => closeServer(server),
  };
}
