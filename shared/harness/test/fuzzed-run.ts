/** The page of `pnpm wire`, for `serve.ts`. */
import { fileURLToPath } from 'node:url';
import { recordingOf } from '../../home/figure/figure.ts';
import { readRun, serveRun } from '../run-wire.ts';

export const createServer = async () =>
  serveRun(await readRun(fileURLToPath(recordingOf('sse'))), 0);
