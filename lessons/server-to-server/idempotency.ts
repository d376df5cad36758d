/**
 * Sent twice, done once: a request that names a key is carried out for the
 * first that comes with it, and all others get the same answer.
 *
 * draft-ietf-httpapi-idempotency-key-header. Left out: keys that survive a
 * restart. They would have to be stored together with what was done.
 */
import { createHash } from 'node:crypto';

export interface Done {
  status: number;
  body: object;
}

interface Entry {
  fingerprint: string;
  /** The answer, or the promise of one: the work may still be going on. */
  done: Promise<Done>;
}

/** @param kept so many keys are remembered, the last ones */
export function createKeys(kept = 10_000) {
  const entries = new Map<string, Entry>();

  /**
   * @param body the bytes that came with the key
   * @param work is done unless it was, or is being done by another request
   */
  return async function once(
    key: string,
    body: string,
    work: () => Promise<Done>,
  ): Promise<Done> {
    const fingerprint = createHash('sha256').update(body).digest('base64');
    const known = entries.get(key);

    // One key for two different things is a mistake of the sender's.
    if (known && known.fingerprint !== fingerprint)
      return {
        status: 422,
        body: { error: `The key ${key} came before with another body.` },
      };
    if (known) return known.done;

    // The place is taken before the work begins. Who looks up, works, and
    // then stores lets two through that come at the same time.
    const done = work();
    entries.set(key, { fingerprint, done });

    // What failed was not done: the next try may do it.
    const forget = () => entries.delete(key);
    done.then(({ status }) => status >= 500 && forget(), forget);
    const [oldest] = entries.keys();
    if (entries.size > kept && oldest !== undefined) entries.delete(oldest);
    return done;
  };
}
