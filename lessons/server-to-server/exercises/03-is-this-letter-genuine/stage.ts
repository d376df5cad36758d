/**
 * In the learner's process: a clock that the check moves, what was spoken, a
 * loudspeaker that can fail, and how the file compares.
 */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';
import { stopClock } from '@on-the-wire/system/clock.ts';

const clock = stopClock();
/** ms; a copy may wait for the first, and look now and then. */
const mayWait = 5_000;
const texts: string[] = [];
let failures = 0;
const counts = { safe: 0, digests: 0 };

/** What `createServer` gets beside the feed. */
export function options(feed: Feed) {
  feed.on('update', ({ kind, data }) => {
    if (kind === 'announcement') texts.push(data.text);
  });
  const announce = feed.announce.bind(feed);
  feed.announce = (text) => {
    if (failures === 0) return announce(text);
    failures -= 1;
    throw new Error('The amplifier is off');
  };
  return {};
}

type Mine = Partial<Pick<typeof import('./exercise.ts'), 'createReceiver'>>;

/**
 * Gives a receiver these messages in one turn of the event loop; undefined if
 * the file has it inside of `createServer` only.
 */
export async function takeAtOnce(
  { createReceiver }: Mine,
  secret: string,
  messages: { headers: Record<string, string>; body: Uint8Array }[],
) {
  if (!createReceiver) return undefined;
  const before = texts.length;
  const speak = (text: string) => texts.push(text);
  const take = createReceiver({ secret, speak });
  const taken = messages.map(({ headers, body }) =>
    take({ headers, body: Buffer.from(body) }),
  );
  await clock.elapse(mayWait);
  const codes = await Promise.all(taken);
  return { codes, texts: texts.slice(before) };
}

/** Seconds since 1970. */
export const now = () => Math.floor(Date.now() / 1_000);

/** So many seconds pass. */
export const pass = (_mine: object, seconds: number) =>
  clock.elapse(seconds * 1_000);

/** The next so many are not spoken. */
export function failNext(_mine: object, count: number) {
  failures = count;
}

/** All that was spoken so far. */
export const spoken = () => texts;

/**
 * How often two texts were compared in constant time, and how often something
 * was hashed. Nobody can measure nanoseconds on a busy machine: so this asks
 * who compares, and not how long it takes.
 */
export const compared = () => counts;

const count = (owner: object, name: string, what: keyof typeof counts) => {
  const functions = owner as Record<string, (...args: unknown[]) => unknown>;
  const original = functions[name]!;
  functions[name] = function (...args) {
    counts[what] += 1;
    return original.apply(this, args);
  };
};
count(crypto, 'timingSafeEqual', 'safe');
count(crypto.subtle.constructor.prototype as object, 'verify', 'safe');
count(crypto.subtle.constructor.prototype as object, 'sign', 'digests');
count(crypto.Hmac.prototype, 'digest', 'digests');
count(crypto.Hash.prototype, 'digest', 'digests');
count(crypto, 'hash', 'digests');
syncBuiltinESMExports();
