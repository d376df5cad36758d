/** The page of `pnpm wire`, for `serve.ts`. */
import { fileURLToPath } from 'node:url';
import { readRun, serveRun } from '../run-wire.ts';

const run = new URL(
  '../../../home/figure/recordings/sse.pcapng',
  import.meta.url,
);

export const createServer = async () =>
  serveRun(await readRun(fileURLToPath(run)), 0);
