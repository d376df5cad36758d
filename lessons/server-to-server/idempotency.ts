/**
 * Sent twice, done once. The first request with an idempotency key is carried
 * out; every later one with the same key gets the same response.
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
  /** The promise of a response: the work may still be going on. */
  done: Promise<Done>;
}

/** @param kept how many keys are remembered, the newest ones */
export function createKeys(kept = 10_000) {
  const entries = new Map<string, Entry>();

  /**
   * @param body the body that came with the key
   * @param work is called unless it was called for this key before
   */
  return async function once(
    key: string,
    body: string,
    work: () => Promise<Done>,
  ): Promise<Done> {
    const fingerprint = createHash('sha256').update(body).digest('base64');
    const known = entries.get(key);

    // One key for two different bodies is a mistake of the sender's.
    if (known && known.fingerprint !== fingerprint)
      return {
        status: 422,
        body: { error: `The key ${key} came before with another body.` },
      };
    if (known) return known.done;

    // Store the promise before the work is done. If you look up, work, and
    // store afterwards, two requests at the same time both get through.
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
