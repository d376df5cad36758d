/**
 * Imported by each of jest's processes before anything else: a worker whose
 * jest was killed would otherwise go on, as long as a test holds a socket.
 */
process.once('disconnect', () => process.exit());
