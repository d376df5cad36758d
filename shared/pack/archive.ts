/**
 * A package as npm takes it: files in a tar archive (ustar, POSIX.1-1988),
 * compressed with gzip (RFC 1952). Its bytes follow from names and texts alone,
 * and from the version of zlib: no owner, no time and no system is noted.
 */
import { constants, gzipSync } from 'node:zlib';

const BLOCK = 512; // bytes
// What npm notes for every file: before 1980 some programs refuse it.
const MODIFIED = Date.UTC(1985, 9, 26, 8, 15) / 1000; // s since 1970

/** Files by their path in the package, `/` between folders. */
export type ArchiveFiles = Record<string, string>;

/** @param files of at most 91 bytes of path each */
export function archiveOf(files: ArchiveFiles): Uint8Array {
  const blocks = Object.entries(files).flatMap(([path, text]) => {
    const bytes = Buffer.from(text);
    const padding = Buffer.alloc(-bytes.length & (BLOCK - 1));
    return [headerOf(`package/${path}`, bytes.length), bytes, padding];
  });
  const end = Buffer.alloc(2 * BLOCK);
  const compressed = gzipSync(Buffer.concat([...blocks, end]), {
    level: constants.Z_BEST_COMPRESSION,
  });
  compressed[9] = 255; // the operating system: unknown
  return compressed;
}

function headerOf(path: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  const number = (value: number, at: number, digits: number) =>
    header.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
  if (Buffer.byteLength(path) > 100)
    throw new RangeError(`${path} is longer than 100 bytes`);
  header.write(path, 0);
  number(0o644, 100, 7); // npm makes programs executable itself
  number(0, 108, 7); // owner
  number(0, 116, 7); // group
  number(size, 124, 11);
  number(MODIFIED, 136, 11);
  header.write('0', 156); // a file
  header.write('ustar\x0000', 257, 'latin1');
  // The sum of all bytes, those of the sum itself taken for spaces.
  header.fill(' ', 148, 156);
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
