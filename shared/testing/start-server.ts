/** A lesson's server in a process of its own, as the harness starts it. */
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { spawn } from '@on-the-wire/system/programs/start.ts';

const serve = fileURLToPath(new URL('serve.ts', import.meta.url));

/**
 * Starts what a file's `createServer` makes, and lets it listen.
 *
 * @param url of the file
 * @param options for `createServer`
 * @param flags for Node, and what its environment needs
 * @returns its port, and what ends it by SIGKILL
 * @throws Error where the process ends before it listens
 */
export async function startServer(
  url: URL,
  options: object = {},
  { flags = [], env = {} }: { flags?: string[]; env?: NodeJS.ProcessEnv } = {},
): Promise<{ port: number; stop(): Promise<void> }> {
  const child = spawn(
    process.execPath,
    [...flags, serve, url.href, JSON.stringify(options)],
    {
      cwd: fileURLToPath(new URL('.', url)),
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const port = await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.once('close', (code) =>
      reject(new Error(`${url.href} ended with ${code} before it listened`)),
    );
  });
  return {
    port: Number(String(port)),
    async stop() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null)
        await once(child, 'close');
    },
  };
}
