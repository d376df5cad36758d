/** Errors of the system about files, as sentences that say what to do. */
import { types } from 'node:util';
import { UsageError } from './usage-error.ts';

/** What each error code means, and what to do about it. */
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
 * The sentence for an error of the system.
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
    // The message of what wraps it says what was attempted.
    return cause === undefined ? undefined : sentenceOf(cause, message);
  const call = path === undefined ? syscall : `${syscall} ${path}`;
  return `${what ?? `A file cannot be had (${call})`}: ${reason}`;
}

/**
 * Does something with files, and turns an error of the system into a sentence.
 *
 * @param act may return a promise
 * @param what cannot be done if it fails: `The page cannot be written`
 * @throws UsageError (1) with the reason; other errors as they are
 */
export function attempt<Done>(what: string, act: () => Done): Done {
  const rethrow = (error: unknown): never => {
    const sentence = sentenceOf(error, what);
    throw sentence === undefined ? error : new UsageError(sentence, 1);
  };
  try {
    const done = act();
    return types.isPromise(done) ? (done.catch(rethrow) as Done) : done;
  } catch (error) {
    return rethrow(error);
  }
}
