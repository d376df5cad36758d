/** When to retry at the earliest: Retry-After (RFC 9110, 10.2.3). */

const most = 2_000_000_000; // ms: a timer takes no more

/** A response came, but not with what was requested. */
export class StatusError extends Error {
  /** ms from now: nobody may retry before. 0 if nothing is said. */
  readonly waitMs: number;

  constructor(status: number, retryAfter: string | null, date: string | null) {
    const after = retryAfter === null ? '' : `, Retry-After: ${retryAfter}`;
    super(`the status code was ${status}${after}`);
    this.waitMs = waitOf(retryAfter ?? '', date ?? '');
  }
}

function waitOf(retryAfter: string, date: string): number {
  // In seconds; or a date of the server's clock, so compare it with its Date.
  const ms = /^\d+$/.test(retryAfter)
    ? Number(retryAfter) * 1000
    : Date.parse(retryAfter) - (Date.parse(date) || Date.now());
  return Math.min(Math.max(ms || 0, 0), most);
}
