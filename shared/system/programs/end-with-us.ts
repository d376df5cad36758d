/** Programs that are over when this process is, however it ends. */
import { spawn, type ChildProcess } from './start.ts';

/**
 * Ends a process group when this process ends: a watcher beside it reads a pipe
 * that the system closes with us, even where we are killed.
 *
 * @param child the head of a group of its own (`detached`)
 * @param folder removed afterwards
 * @returns ends it now
 */
export function endWithUs(child: ChildProcess, folder?: string): () => void {
  const watcher = spawn(
    process.execPath,
    ['-e', watch, `${child.pid}`, folder ?? ''],
    { stdio: ['pipe', 'ignore', 'ignore'], detached: true },
  );
  watcher.on('error', () => {});
  watcher.unref();
  child.unref();
  return () => {
    watcher.stdin!.end();
    try {
      process.kill(-child.pid!, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
}

const watch = `
const [pid, folder] = process.argv.slice(1);
process.stdin.resume().on('end', () => {
  try { process.kill(-pid, 'SIGKILL'); } catch {}
  if (folder) try { require('fs').rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); } catch {}
});
`;
