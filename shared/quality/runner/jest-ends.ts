/**
 * Imported by each of jest's processes before anything else, so that none of
 * them outlives its end.
 */
import { constants } from 'node:os';

// A worker whose jest was killed would go on, as long as a test holds a socket.
if (process.connected) {
  // A listener for `disconnect` would itself keep the worker from ending.
  setInterval(() => {
    if (!process.connected) process.exit();
  }, 250).unref();
}

// playwright closes its browser at a signal, and the process goes on: the tests
// would fail one by one, each at its timeout. An exit closes the browser, too.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(128 + constants.signals[signal]));
