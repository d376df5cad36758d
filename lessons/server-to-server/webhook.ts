/**
 * A webhook message that can be told from a forged one. Its headers, and what
 * is signed, are those of standardwebhooks.com.
 *
 * The signature covers the id, the time and the body, byte by byte as it was
 * sent. If you parse the body and serialise it again, you sign other bytes.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface WebhookMessage {
  id: string;
  /** When this copy was sent, in seconds since 1970. */
  time: number;
  body: string;
}

/** The most that a timestamp may differ from our clock, in seconds. */
export const tolerance = 300;

/** Base64 of HMAC-SHA256 (RFC 2104) over `id.time.body`. */
export function sign(
  secret: string,
  { id, time, body }: WebhookMessage,
): string {
  return createHmac('sha256', secret)
    .update(`${id}.${time}.`)
    .update(body)
    .digest('base64');
}

/** The headers that go with a message. */
export function headersOf(secret: string, message: WebhookMessage) {
  return {
    'webhook-id': message.id,
    'webhook-timestamp': String(message.time),
    'webhook-signature': `v1,${sign(secret, message)}`,
  };
}

/**
 * Verifies a message.
 *
 * @param body the raw bytes as they came
 * @param now in seconds since 1970
 * @returns the message; or why it is refused
 */
export function verify(
  secret: string,
  headers: Record<string, string | string[] | undefined>,
  body: Buffer,
  now = Date.now() / 1_000,
): WebhookMessage | { refused: string } {
  const id = String(headers['webhook-id'] ?? '');
  const stamp = String(headers['webhook-timestamp'] ?? '');
  const signatures = String(headers['webhook-signature'] ?? '');
  if (!/^[\w-]{1,64}$/.test(id) || !/^\d{1,12}$/.test(stamp))
    return { refused: 'The id or the time is missing.' };

  // Compared in constant time: how long it takes says nothing about the secret.
  // A list, because a sender signs with both while a secret is replaced.
  const message = { id, time: Number(stamp), body: body.toString() };
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

  // The time is signed, too: nobody can make an old message new (a replay).
  if (Math.abs(now - message.time) > tolerance)
    return { refused: `The message is of ${stamp}: too old, or too new.` };
  return message;
}
