/**
 * Imported by each of jest's processes before anything else: a worker whose
 * jest was killed would otherwise go on, as long as a test holds a socket.
 */
if (process.connected) {
  // A listener for `disconnect` would itself keep the worker from ending.
  setInterval(() => {
    if (!process.connected) process.exit();
  }, 250).unref();
}
