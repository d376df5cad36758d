/** In the learner's process: what was spoken, and how it compares. */
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import type { Feed } from '@on-the-wire/shared/board/feed.ts';

const texts: string[] = [];
const counts = { safe: 0, digests: 0 };

/** What `createServer` gets beside the feed. */
export function options(feed: Feed) {
  feed.on('update', ({ kind, data }) => {
    if (kind === 'announcement') texts.push(data.text);
  });
  return {};
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
