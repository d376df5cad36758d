/**
 * Runs in a lesson's process before the lesson. First: ends the process, and
 * all that it started, when the harness is gone, however that ended. The
 * harness holds the other end of pipe 3, and the system closes it with the
 * harness. A thread of its own listens, because the lesson's may be busy for
 * ever. It is started before any code of the lesson could be. Whatever comes by
 * the pipe gets the process's processor time back, in ms: so a check tells
 * a loop that never ends from a machine with much to do.
 *
 * Second: keeps what Node has compiled (NODE_COMPILE_CACHE says where). By
 * itself Node does so at a process's end, but the end here is a signal.
 */
import { flushCompileCache } from 'node:module';
import { Worker } from 'node:worker_threads';

function endWithHarness() {
  const { Socket } = process.getBuiltinModule('node:net');
  const pipe = new Socket({ fd: 3 });
  pipe
    .on('error', () => {}) // Whatever happens to the pipe: it closes.
    .on('data', () => {
      const { user, system } = process.cpuUsage();
      pipe.write(`${(user + system) / 1_000}\n`);
    })
    .on('close', () => {
      try {
        process.kill(-process.pid, 'SIGKILL'); // The whole group.
      } catch {
        process.kill(process.pid, 'SIGKILL'); // Windows has no groups.
      }
    });
}

// From text, because loading a file would take the thread longer.
new Worker(`(${endWithHarness})()`, { eval: true, execArgv: [] }).unref();

setTimeout(flushCompileCache, 1_000).unref();
