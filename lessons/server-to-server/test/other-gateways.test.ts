/**
 * What other gateways send when their upstream fails: the table in “What do
 * nginx and HAProxy send?” of the tutorial, for whichever of the two is
 * installed. nginx 1.22.1 and HAProxy 2.6.12 of Debian 12 were measured; with
 * their defaults, apart from shorter timeouts.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listen } from '@on-the-wire/system/listen.ts';
import {
  spawn,
  spawnSync,
  type ChildProcess,
} from '@on-the-wire/system/programs/start.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { freePort } from './free-port.ts';

/** How an upstream fails, and the first line that each gateway then sends. */
const table = [
  ['refused', '502 Bad Gateway', '503 Service Unavailable'],
  ['closed', '502 Bad Gateway', '502 Bad Gateway'],
  ['nonsense', 'Hello!', '502 Bad Gateway'], // passed on as HTTP/0.9
  ['unconnected', '504 Gateway Time-out', '503 Service Unavailable'],
  ['silent', '504 Gateway Time-out', '504 Gateway Time-out'],
] as const;
type Name = (typeof table)[number][0];

const closing: (() => unknown)[] = [];
const ports = {} as Record<Name, number>;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'other-gateways-'));
  const serve = async (treat: (socket: Socket) => void) => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.on('error', () => {}));
      treat(socket);
    });
    closing.push(() => {
      server.close();
      for (const socket of sockets) socket.destroy();
    });
    return (await listen(server)).port;
  };
  ports.refused = await freePort();
  ports.closed = await serve((socket) => {
    socket.once('data', () => socket.resetAndDestroy());
  });
  ports.nonsense = await serve((socket) => {
    socket.once('data', () => socket.end('Hello!\r\n\r\n'));
  });
  ports.silent = await serve(() => {});
  ports.unconnected = await listenWithoutAccepting();
});
afterAll(() => {
  for (const undo of closing) undo();
  rmSync(folder, { recursive: true, force: true });
});

/** Listens in a process that never accepts, and fills its queue. */
async function listenWithoutAccepting() {
  const program =
    "const s = require('net').createServer();" +
    "s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {" +
    "require('fs').writeSync(1, s.address().port + '\\n');" +
    'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); });';
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  closing.push(() => child.kill('SIGKILL'));
  const [line] = await once(child.stdout!, 'data');
  const port = Number(line);
  for (let n = 0; n < 8; n += 1) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    closing.push(() => socket.destroy());
  }
  return port;
}

const isInstalled = (program: string) =>
  spawnSync(program, ['-v'], { stdio: 'ignore' }).error === undefined;

/** Starts one, and resolves with its port when it accepts connections. */
async function start(
  program: string,
  configure: (port: number) => string,
  argumentsFor: (file: string) => string[],
) {
  const port = await freePort();
  const file = join(folder, `${program}.conf`);
  writeFileSync(file, configure(port));
  const log = join(folder, `${program}.log`);
  const child: ChildProcess = spawn(program, argumentsFor(file), {
    stdio: ['ignore', 'ignore', 'ignore'],
  });
  closing.push(() => child.kill('SIGKILL'));
  for (;;) {
    const probe = await rawClient(port).catch(() => undefined);
    probe?.socket.destroy();
    if (probe) return port;
    if (child.exitCode !== null)
      throw new Error(`${program} ended: ${readFileSync(log, 'utf8')}`);
    await new Promise((turn) => setTimeout(turn, 20));
  }
}

const names = table.map(([name]) => name);
const places = () =>
  ['body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => {
      const directive = kind === 'body' ? 'client_body' : kind;
      return `${directive}_temp_path ${join(folder, kind)};`;
    })
    .join(' ');

const nginx = () =>
  start(
    'nginx',
    (port) => `
      daemon off; worker_processes 1; pid ${join(folder, 'nginx.pid')};
      error_log ${join(folder, 'nginx.log')};
      events {}
      http { access_log off; ${places()}
        proxy_connect_timeout 300ms; proxy_read_timeout 300ms;
        server { listen 127.0.0.1:${port};
          ${names.map((name) => `location /${name} { proxy_pass http://127.0.0.1:${ports[name]}; }`).join('\n')}
        } }`,
    (file) => ['-c', file],
  );

const haproxy = () =>
  start(
    'haproxy',
    (port) =>
      [
        'defaults',
        '  mode http',
        '  timeout connect 300ms',
        '  timeout server 300ms',
        '  timeout client 60s',
        'frontend all',
        `  bind 127.0.0.1:${port}`,
        ...names.map((name) => `  use_backend ${name} if { path /${name} }`),
        ...names.flatMap((name) => [
          `backend ${name}`,
          `  server one 127.0.0.1:${ports[name]}`,
        ]),
        '',
      ].join('\n'),
    (file) => ['-f', file],
  );

describe.each([
  ['nginx', nginx, 1],
  ['haproxy', haproxy, 2],
] as const)('%s', (program, begin, column) => {
  if (!isInstalled(program)) {
    process.stderr.write(`Skipped ${program}: it is not installed.\n`);
    // oxlint-disable-next-line jest/no-disabled-tests -- only where none can run
    test.skip('is not installed', () => {});
    return;
  }
  let port = 0;
  beforeAll(async () => {
    port = await begin();
  });

  test.each(table.map((row) => [row[0], row[column]] as const))(
    'whose upstream is %s sends %s',
    async (name, expected) => {
      const client = await rawClient(port);
      client.send(`GET /${name} HTTP/1.1\r\nHost: a\r\n\r\n`);
      const line = await client.until(/\r\n/);
      expect(line.replace(/^HTTP\/1\.[01] /, '').trim()).toBe(expected);
      client.socket.destroy();
    },
  );
});
