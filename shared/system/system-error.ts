/** What the system says about files, in sentences. */
import { types } from 'node:util';
import { UsageError } from './usage-error.ts';

/** What is the matter, and what to do about it. */
const reasons: Record<string, string> = {
  EACCES: 'you may not do that. Is it somebody else’s?',
  EPERM: 'you may not do that. Is it somebody else’s?',
  EROFS: 'this file system can only be read. Take a place that can be written.',
  ENOSPC: 'the disk is full. Make room, then try again.',
  EDQUOT: 'your quota is used up. Make room, then try again.',
  ENOENT: 'there is no such file or folder. Make it first, or name another.',
  ENOTDIR: 'a part of this path is a file, not a folder. Name another.',
  EEXIST: 'something is there already. Name another.',
  EISDIR: 'this is a folder; expected a file. Name one.',
  ENAMETOOLONG: 'the name is too long. Take a shorter one.',
  ELOOP: 'its links lead in a circle. Name another.',
  EBUSY: 'another program uses it. Close that, then try again.',
  EMFILE: 'too many files are open. Close some, then try again.',
  ENFILE: 'too many files are open. Close some, then try again.',
  EIO: 'the disk has failed.',
};

/**
 * What an error of the system means.
 *
 * @param what was attempted and cannot be done: `The page cannot be written`;
 *   without it, the call and its path
 * @returns undefined where the error is none of files
 */
export function sentenceOf(error: unknown, what?: string): string | undefined {
  const {
    code = '',
    path,
    syscall,
    cause,
    message,
  } = error as Error & NodeJS.ErrnoException;
  const reason = reasons[code];
  if (reason === undefined || syscall === undefined)
    // Whoever threw it knew what was attempted.
    return cause === undefined ? undefined : sentenceOf(cause, message);
  const call = path === undefined ? syscall : `${syscall} ${path}`;
  return `${what ?? `A file cannot be had (${call})`}: ${reason}`;
}

/**
 * Does something with files.
 *
 * @param what cannot be done if it fails: `The page cannot be written`
 * @throws UsageError (1) that says why
 */
export function attempt<Done>(what: string, act: () => Done): Done {
  const tell = (error: unknown): never => {
    const sentence = sentenceOf(error, what);
    throw sentence === undefined ? error : new UsageError(sentence, 1);
  };
  try {
    const done = act();
    return types.isPromise(done) ? (done.catch(tell) as Done) : done;
  } catch (error) {
    return tell(error);
  }
}
