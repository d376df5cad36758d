/**
 * A letter between servers that can be told from a forged one: the names of
 * its fields, and what is signed, are those of standardwebhooks.com.
 *
 * Signed is the id, the time and the body, byte by byte as it was sent. Who
 * parses the body and serialises it again signs other bytes.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Letter {
  id: string;
  /** When this copy was sent, in seconds since 1970. */
  time: number;
  body: string;
}

/** So far a clock may be off, or a letter on its way, in seconds. */
export const tolerance = 300;

/** Base64 of HMAC-SHA256 (RFC 2104) over `id.time.body`. */
export function sign(secret: string, { id, time, body }: Letter): string {
  return createHmac('sha256', secret)
    .update(`${id}.${time}.`)
    .update(body)
    .digest('base64');
}

/** The fields that go with a letter. */
export function fieldsOf(secret: string, letter: Letter) {
  return {
    'webhook-id': letter.id,
    'webhook-timestamp': String(letter.time),
    'webhook-signature': `v1,${sign(secret, letter)}`,
  };
}

/**
 * Opens a letter.
 *
 * @param body the raw bytes as they came
 * @param now in seconds since 1970
 * @returns the letter; or why it is refused
 */
export function open(
  secret: string,
  fields: Record<string, string | string[] | undefined>,
  body: Buffer,
  now = Date.now() / 1_000,
): Letter | { refused: string } {
  const id = String(fields['webhook-id'] ?? '');
  const stamp = String(fields['webhook-timestamp'] ?? '');
  const signatures = String(fields['webhook-signature'] ?? '');
  if (!/^[\w-]{1,64}$/.test(id) || !/^\d{1,12}$/.test(stamp))
    return { refused: 'The id or the time is missing.' };

  // Compared in constant time: how long it takes tells nothing of the secret.
  // A list, because while a secret is replaced a sender signs with both.
  const letter = { id, time: Number(stamp), body: body.toString() };
  const wanted = createHmac('sha256', secret)
    .update(`${id}.${stamp}.`)
    .update(body)
    .digest();
  const isGenuine = signatures.split(' ').some((signature) => {
    const [version, base64 = ''] = signature.split(',');
    const found = Buffer.from(base64, 'base64');
    if (version !== 'v1' || found.length !== wanted.length) return false;
    return timingSafeEqual(found, wanted);
  });
  if (!isGenuine) return { refused: 'The signature is not ours.' };

  // The time is under the signature: an old letter cannot be made new.
  if (Math.abs(now - letter.time) > tolerance)
    return { refused: `The letter is of ${stamp}: too old, or too new.` };
  return letter;
}
