/**
 * Notices a silence. A connection may be half-open: the server is gone, and no
 * error tells us. And not every browser tells a page that its HTTP/2 stream has
 * ended: WebKitGTK 2.50 does not, whatever ended it.
 */

// The server promises a heartbeat every 5 seconds in each event stream.
const timeoutMs = 12_000;

/** Calls `onSilence` 12 s after the last `restart`, without a `stop` since. */
export function createWatchdog(onSilence: () => void) {
  let timer: ReturnType<typeof setTimeout>;
  const stop = () => clearTimeout(timer);
  const restart = () => {
    stop();
    timer = setTimeout(onSilence, timeoutMs);
  };
  return { restart, stop };
}
