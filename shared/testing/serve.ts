/**
 * Serves what a file's `createServer` makes, at a free port, and prints which:
 * `node serve.ts <url of the file> [<options as JSON>]`. What listens already
 * has a `url` instead.
 */
import type { AddressInfo, Server } from 'node:net';

type Made = { server: Server; url?: never } | { url: string };

const [, , file = '', options = '{}'] = process.argv;
const { createServer } = (await import(file)) as {
  createServer(options: object): Made | Promise<Made>;
};
const made = await createServer(JSON.parse(options) as object);
if (made.url !== undefined) console.log(new URL(made.url).port);
else
  made.server.listen(0, '127.0.0.1', () =>
    console.log((made.server.address() as AddressInfo).port),
  );
