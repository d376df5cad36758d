/** What the learner has done: one readable file, at the top of the tree. */
import {
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { fileURLToPath } from 'node:url';
import { attempt } from '@on-the-wire/system/system-error.ts';
import { pnpm } from '@on-the-wire/system/as-typed.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';

/** What is known of one exercise. */
export interface Done {
  /** When it passed for the first time. */
  passed?: string;
  /** Whether it did when it was checked last. */
  passes: boolean;
  /** When that was. */
  checked: string;
  /** How many hints were taken. */
  hints?: number;
  /** Which version of the course noted this last; early ones did not say. */
  version?: string;
}

/**
 * What is known of each exercise, by its id. The file also holds what is known
 * of lessons, by their names: see ../progress/lesson-progress.ts.
 */
export type Progress = Record<string, Done>;

/**
 * Where it is noted: an absolute path. The environment names another where
 * tests run: what they do is nobody's progress.
 */
export const progressFile =
  process.env['ON_THE_WIRE_PROGRESS'] ??
  fileURLToPath(new URL('../../../progress.json', import.meta.url));

/**
 * Reads the file; one that is damaged is put aside, never overwritten.
 *
 * @param say gets the sentence where that happened
 * @throws UsageError (1) where it can be neither read nor put aside
 */
export function readProgress(
  file = progressFile,
  say: (text: string) => void = () => {},
): Progress {
  if (!existsSync(file)) return {};
  const text = attempt(
    `${file}, which records your progress, cannot be read`,
    () => readFileSync(file, 'utf8'),
  );
  try {
    const read = JSON.parse(text) as unknown;
    if (typeof read === 'object' && read !== null && !Array.isArray(read))
      return read as Progress;
  } catch {
    // As with any other text that is no progress.
  }
  const aside = `${file}.${Date.now()}.unreadable`;
  attempt(`${file} is damaged and cannot be renamed to ${aside}`, () =>
    renameSync(file, aside),
  );
  say(
    `${file} could not be read: expected an object as JSON. ` +
      `It is kept as ${aside}; your code is where it was, ` +
      `and ${pnpm} exercise --check-all records again what passes.`,
  );
  return {};
}

/**
 * Notes something of one exercise; see `changeProgress`.
 *
 * @throws UsageError (1) where it cannot be written; then it is as before
 */
export function note(
  id: string,
  change: (before: Done | undefined) => Done,
  file = progressFile,
): Progress {
  return changeProgress((progress) => {
    progress[id] = { ...change(progress[id]), version: courseVersion() };
  }, file);
}

/**
 * Changes what the file holds. If another program reads meanwhile, or this one
 * crashes, the file is as it was before or as it is afterwards.
 *
 * @param change gets what it holds now, and changes that
 * @returns what it holds from now on
 * @throws UsageError (1) where it cannot be written; then it is as before
 */
export function changeProgress(
  change: (progress: Progress) => void,
  file = progressFile,
): Progress {
  const progress = readProgress(file);
  change(progress);
  const temporary = `${file}.${process.pid}.tmp`;
  attempt(`${file} cannot be written`, () => {
    try {
      writeFileSync(temporary, `${JSON.stringify(progress, null, 2)}\n`, {
        flush: true,
      });
      renameSync(temporary, file);
    } finally {
      rmSync(temporary, { force: true });
    }
  });
  return progress;
}

/**
 * Notes what came of a check, and when an exercise passed for the first time.
 *
 * @param id of the exercise
 * @param passes whether it passed now
 * @throws UsageError (1) where it cannot be written
 */
export function noteVerdict(id: string, passes: boolean, file?: string) {
  const checked = new Date().toISOString();
  return note(
    id,
    (before) => ({
      ...before,
      ...(passes && { passed: before?.passed ?? checked }),
      passes,
      checked,
    }),
    file,
  );
}
