/**
 * After a refusal. An EventSource that got another status code than 200 is
 * closed for good, and does not say which it got: a proxy's 502, because the
 * server is being deployed, or a 401 that stays. An ordinary request can read
 * more. So we ask for `/ready`, not all at once and less and less often, and
 * open another stream as soon as the server is ready. If that one is refused,
 * too, the refusal is meant.
 */

const first = 1_000; // ms: the longest first wait
const longest = 15_000; // ms: the longest wait of all
const steady = 5_000; // a stream open for so many ms is stable

/**
 * @param open opens another stream
 * @param say gets what is asked, and what comes of it
 */
export function createAgain(open: () => void, say: (text: string) => void) {
  let failures = 0;
  let wasReady = false;
  let openedAt = Infinity;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Asks after a random wait (jitter) below a limit that doubles (backoff). */
  function askLater(leastMs: number) {
    const limit = Math.min(longest, first * 2 ** failures);
    const wait = leastMs + Math.random() * limit;
    failures += 1;
    say(`GET /ready in ${(wait / 1_000).toFixed(1)} s`);
    timer = setTimeout(() => void ask(), wait);
  }

  async function ask() {
    const asked = timer;
    let least = 0;
    let got = 'no response';
    try {
      const response = await fetch('/ready', { cache: 'no-store' });
      wasReady = response.ok;
      got = String(response.status);
      // Nobody may ask earlier than told.
      least = 1_000 * Number(response.headers.get('Retry-After') ?? 0) || 0;
    } catch {
      wasReady = false;
    }
    if (asked !== timer) return; // stopped in the meantime
    say(`GET /ready → ${got}`);
    if (wasReady) open();
    else askLater(least);
  }

  return {
    opened() {
      openedAt = performance.now();
      wasReady = false;
    },
    /** Whether it will open another stream. */
    refused(): boolean {
      if (wasReady) {
        say('The server is ready, and refuses all the same: it means it.');
        wasReady = false;
        return false;
      }
      if (performance.now() - openedAt > steady) failures = 0;
      openedAt = Infinity;
      askLater(0);
      return true;
    },
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
