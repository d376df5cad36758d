/**
 * Vite's development server before a server of this machine, with Vite's own
 * defaults: `node vite-before.ts http://127.0.0.1:4001`. It passes every request
 * on, and prints its port.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Vite {
  createServer(config: object): Promise<{
    listen(): Promise<unknown>;
    httpServer: { address(): { port: number } };
  }>;
}

const [, , target] = process.argv;
const name: string = 'vite';
const { createServer } = (await import(name)) as Vite;
const root = mkdtempSync(join(tmpdir(), 'vite-before-'));
process.once('exit', () => rmSync(root, { recursive: true, force: true }));
process.once('SIGTERM', () => process.exit());
const vite = await createServer({
  root,
  configFile: false,
  logLevel: 'silent',
  server: { host: '127.0.0.1', port: 0, proxy: { '/': target } },
});
await vite.listen();
console.log(vite.httpServer.address().port);
