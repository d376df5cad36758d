/** When a page retries that was told to: both forms of Retry-After. */
import { expect, test } from '@jest/globals';
import { StatusError } from '../page/retry-after.ts';

const date = 'Mon, 30 Nov 2026 12:00:00 GMT';
const now = () => Date.parse(new Date().toUTCString());

test.each([
  ['3', date, 3_000],
  ['0', date, 0],
  // A date of the server's clock, whatever ours says.
  ['Mon, 30 Nov 2026 12:00:05 GMT', date, 5_000],
  ['Mon, 30 Nov 2026 11:59:00 GMT', date, 0],
  [null, date, 0],
  ['soon', date, 0],
  ['-1', date, 0],
  ['1.5', date, 0],
  // No timer takes more than 24 days.
  ['99999999999999999999', date, 2_000_000_000],
])('Retry-After: %s, Date: %s is to wait %i ms', (retryAfter, when, ms) => {
  expect(new StatusError(429, retryAfter, when).waitMs).toBe(ms);
});

test('without a Date, a date is compared with our own clock', () => {
  const inAMinute = new Date(now() + 60_000).toUTCString();
  const { waitMs } = new StatusError(503, inAMinute, null);
  expect(waitMs).toBeGreaterThan(30_000);
  expect(waitMs).toBeLessThanOrEqual(60_000);
});

test('its message says what was told', () => {
  const words = (retryAfter: string | null) =>
    new StatusError(429, retryAfter, date).message;
  expect(words('3')).toBe('the status code was 429, Retry-After: 3');
  expect(words(null)).toBe('the status code was 429');
});
