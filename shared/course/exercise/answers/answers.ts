/**
 * The answers that stand beside an exercise and prove its check: wrong ones and
 * right ones. Each is a file in `wrong/` or `right/`, or an edit in `answers.md`.
 */
import {
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative } from 'node:path';
import { UsageError } from '@on-the-wire/system/usage-error.ts';
import { makeFolder } from '@on-the-wire/system/make-folder.ts';
import { attempt } from '@on-the-wire/system/system-error.ts';
import {
  type AnswerEdit,
  type AnswerKind,
  applyEdit,
  type Applied,
  type EditProblem,
  parseEdits,
} from './edits.ts';

/** Where the edits stand, in an exercise's folder. */
export const editsFile = 'answers.md';

/** An answer of which we know whether it passes. */
export interface KnownAnswer {
  kind: AnswerKind;
  /** `lf-only`. */
  name: string;
  /** `wrong/lf-only.ts`, whether it is a file or an edit. */
  path: string;
  /** Words of the verdict that a wrong one must get. */
  told?: string | undefined;
  /** `undefined` for a file. */
  edit?: AnswerEdit;
}

/**
 * All answers of an exercise: the wrong ones first, each kind by name.
 *
 * @param folder the exercise's, as an absolute path
 * @throws UsageError (1) that names the line of answers.md that is no edit
 */
export function answersOf(folder: string): KnownAnswer[] {
  const text = readIfThere(join(folder, editsFile)) ?? '';
  const { edits, problems } = parseEdits(text);
  if (problems[0]) throw problemError(folder, problems[0]);
  const kinds = ['wrong', 'right'] as const;
  return kinds.flatMap((kind) =>
    [
      ...filesOf(folder, kind),
      ...edits
        .filter((edit) => edit.kind === kind)
        .map((edit) => {
          const { name, told } = edit;
          return { kind, name, path: `${kind}/${name}.ts`, told, edit };
        }),
    ].sort((one, other) => (one.name < other.name ? -1 : 1)),
  );
}

/**
 * Where an answer can be run: its file. Of an edit one is made, see `write`.
 *
 * @returns an absolute path
 * @throws UsageError (1) that names the edit that does not fit its base, or
 *   the file that cannot be written
 */
export function expand(folder: string, { edit, path }: KnownAnswer): string {
  return edit ? write(folder, edit).file : join(folder, path);
}

/** An edit, and the file that was made of it. */
export interface ExpandedEdit {
  edit: AnswerEdit;
  /** As an absolute path. */
  file: string;
  /** For each of its lines, the line of answers.md that brought it. */
  from: Applied['from'];
}

/**
 * Makes files of all edits of an exercise that can be made, and removes what
 * was made of earlier ones.
 *
 * @param folder the exercise's, as an absolute path
 * @throws UsageError (1) that names the file that cannot be written
 */
export function expandAll(folder: string): ExpandedEdit[] {
  const text = readIfThere(join(folder, editsFile)) ?? '';
  const expanded = parseEdits(text).edits.flatMap((edit) =>
    'remedy' in applyIn(folder, edit) ? [] : [write(folder, edit)],
  );
  const target = expandedFolder(folder);
  const made = new Set(expanded.map(({ file }) => basename(file)));
  for (const name of existsSync(target) ? readdirSync(target) : [])
    if (name.endsWith('.ts') && !made.has(name))
      rmSync(join(target, name), { force: true });
  return expanded;
}

/**
 * Makes a file of an edit, in `lessons/<lesson>/.answers/<exercise>/`: as deep
 * as the solution, whose imports it has. What stands there already stays, so
 * several processes may do that at once.
 */
function write(folder: string, edit: AnswerEdit): ExpandedEdit {
  const applied = applyIn(folder, edit);
  if ('remedy' in applied) throw problemError(folder, applied);
  const target = expandedFolder(folder);
  const file = join(target, `${edit.name}.ts`);
  if (readIfThere(file) !== applied.text)
    attempt(`${file} cannot be written`, () => {
      makeFolder(target);
      // A process that reads it meanwhile sees all of the old or all of the new.
      const unfinished = `${file}.${process.pid}.tmp`;
      writeFileSync(unfinished, applied.text);
      renameSync(unfinished, file);
    });
  return { edit, file, from: applied.from };
}

function applyIn(folder: string, edit: AnswerEdit): Applied | EditProblem {
  return applyEdit(readIfThere(join(folder, edit.base)) ?? '', edit);
}

/** Its parent is as deep as `exercises/`; Git does not look into it. */
function expandedFolder(folder: string): string {
  return join(folder, '../../.answers', basename(folder));
}

function filesOf(folder: string, kind: AnswerKind): KnownAnswer[] {
  const inside = join(folder, kind);
  if (!existsSync(inside)) return [];
  return readdirSync(inside)
    .filter((name) => name.endsWith('.ts'))
    .map((file) => {
      const told = kind === 'wrong' && toldOf(join(inside, file));
      const path = `${kind}/${file}`;
      return { kind, name: basename(file, '.ts'), path, ...(told && { told }) };
    });
}

/**
 * What a wrong answer must be told, from its first lines:
 * `// Wrong: <the mistake>` and `// Told: <words of the verdict>`.
 */
function toldOf(file: string): string | undefined {
  const [wrong, told] = readFileSync(file, 'utf8').split('\n');
  if (!wrong?.startsWith('// Wrong: ')) return undefined;
  return /^\/\/ Told: (.+)$/.exec(told ?? '')?.[1];
}

function problemError(folder: string, problem: EditProblem): UsageError {
  const { line, found, expected, remedy } = problem;
  const file = relative(process.cwd(), join(folder, editsFile));
  const text = `${file}:${line}: ${found}; expected ${expected}. ${remedy}`;
  return new UsageError(text, 1);
}

function readIfThere(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
