/** The files of a lesson's folder, read-only, and nothing outside it. */
import { isUtf8 } from 'node:buffer';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';

/** What was found under a path of the lesson's folder. */
export type LessonFile =
  | { kind: 'text'; path: string; text: string }
  | { kind: 'image'; mediaType: string; bytes: Buffer }
  | { kind: 'folder'; path: string }
  | { kind: 'refused'; status: 403 | 404 | 413 | 415; why: string };

const imageTypes: Record<string, string> = {
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.webp': 'image/webp',
};
const largestText = 200_000; // bytes
const largestImage = 5_000_000; // bytes

/**
 * Reads a file of the lesson's folder for the shell.
 *
 * Refused, with a sentence that says why: what leaves the folder, by `..` or
 * by
 * a symbolic link; hidden names and node_modules; what is no file; text of
 * more
 * than 200 kB; what is neither text in UTF-8 nor an image.
 *
 * @param folder of the lesson, as an absolute path
 * @param encoded the path as it stood in the URL, percent-encoded, without a
 *   leading slash
 */
export async function readLessonFile(
  folder: string,
  encoded: string,
): Promise<LessonFile> {
  let path: string;
  try {
    path = decodeURIComponent(encoded);
  } catch {
    return refuse(404, `"${encoded}" is no path: its %-signs do not decode.`);
  }
  const segments = path.split('/').filter((segment) => segment !== '');
  // A backslash or a colon means something else on Windows than here.
  if (/[\\:\0]/.test(path) || segments.some(isPrivate))
    return refuse(
      403,
      `"${path}" is not shown: only files inside the lesson's folder are, ` +
        `without hidden ones and node_modules.`,
    );

  try {
    const root = await realpath(folder);
    const file = await realpath(join(root, ...segments));
    const inside = relative(root, file).split(sep);
    if (inside.join(sep) !== '' && inside.some(isPrivate))
      return refuse(
        403,
        `"${path}" is a link that leads out of the lesson's folder.`,
      );
    const found = await stat(file);
    const shown = segments.join('/');
    if (found.isDirectory()) return { kind: 'folder', path: shown };
    if (!found.isFile())
      return refuse(415, `"${path}" is neither a file nor a folder.`);

    const mediaType = imageTypes[extname(file).toLowerCase()];
    if (found.size > (mediaType ? largestImage : largestText))
      return refuse(
        413,
        `"${path}" has ${found.size} bytes: too many to be shown here. ` +
          `Open it in your editor.`,
      );
    const bytes = await readFile(file);
    if (mediaType) return { kind: 'image', mediaType, bytes };
    if (bytes.includes(0) || !isUtf8(bytes))
      return refuse(415, `"${path}" is neither text in UTF-8 nor an image.`);
    return { kind: 'text', path: shown, text: bytes.toString() };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG')
      return refuse(404, `The lesson has no file "${path}".`);
    throw error;
  }
}

/** So many files are listed at most. */
const MOST_FILES = 2_000;

/**
 * The names of all files that a lesson's folder has, with slashes, in order:
 * without hidden ones, node_modules and links.
 *
 * @param folder of the lesson, as an absolute path
 */
export async function listLessonFiles(folder: string): Promise<string[]> {
  const names: string[] = [];
  const read = async (inside: string) => {
    const entries = await readdir(join(folder, inside), {
      withFileTypes: true,
    });
    for (const entry of entries) {
      if (names.length >= MOST_FILES) return;
      const name = inside === '' ? entry.name : `${inside}/${entry.name}`;
      // Neither is true of a symbolic link. What a shell or Windows reads in
      // another way is in no lesson's name.
      if (isPrivate(entry.name) || !/^[\w.@+ -]+$/.test(entry.name)) continue;
      if (entry.isDirectory()) await read(name);
      else if (entry.isFile()) names.push(name);
    }
  };
  await read('');
  return names.sort();
}

/**
 * Where a file of the list really is, as an absolute path; undefined if that
 * is outside the lesson's folder, for example since it became a link.
 *
 * @param name of `listLessonFiles`
 */
export async function placeOfListed(
  folder: string,
  name: string,
): Promise<string | undefined> {
  const root = await realpath(folder);
  const file = await realpath(join(root, ...name.split('/')));
  return relative(root, file).split(sep).some(isPrivate) ? undefined : file;
}

// `..` is private as a hidden name is: both begin with a dot. An absolute
// path is what `relative` returns for another drive of Windows.
function isPrivate(segment: string): boolean {
  return (
    segment.startsWith('.') ||
    segment.endsWith(':') ||
    segment.toLowerCase() === 'node_modules'
  );
}

function refuse(
  status: 403 | 404 | 413 | 415,
  why: string,
): Extract<LessonFile, { kind: 'refused' }> {
  return { kind: 'refused', status, why };
}
