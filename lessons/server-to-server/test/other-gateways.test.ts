/**
 * What other gateways send when their upstream fails: the table in “502, 503 or
 * 504: who says which?” of the tutorial, for those that are installed. Those of
 * Debian 12 were measured, with their defaults, apart from shorter timeouts.
 */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { ProxyName } from '@on-the-wire/proxies/programs.ts';
import { startProxy } from '@on-the-wire/proxies/start.ts';
import { listen } from '@on-the-wire/system/listen.ts';
import { spawn } from '@on-the-wire/system/programs/start.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { freePort } from '@on-the-wire/system/ports.ts';
import { describeBehind } from '@on-the-wire/testing/describe-behind.ts';

const failures = [
  'refused',
  'closed',
  'nonsense', // not HTTP; some pass it on, as HTTP/0.9
  'unconnected',
  'silent',
] as const;
type Failure = (typeof failures)[number];
type Ports = Record<Failure, number>;

/** The lines of each, and what it sends for each failure. */
interface Gateway {
  lines(ports: Ports): string;
  sends: Partial<Record<Failure, string>>;
}

/** One line or block for each failure. */
const each = (write: (failure: Failure) => string) =>
  failures.map(write).join('\n');

const gateways: Record<ProxyName, Gateway> = {
  nginx: {
    lines: (ports) => `
      proxy_connect_timeout 300ms;
      proxy_read_timeout 1s;
      ${each((name) => `location /${name} { proxy_pass http://127.0.0.1:${ports[name]}; }`)}`,
    sends: {
      refused: '502 Bad Gateway',
      closed: '502 Bad Gateway',
      nonsense: 'Hello!',
      unconnected: '504 Gateway Time-out',
      silent: '504 Gateway Time-out',
    },
  },
  haproxy: {
    lines: (ports) => `
defaults
  mode http
  timeout connect 300ms
  timeout server 1s
  timeout client 60s
backend lesson
${each((name) => `  use-server ${name} if { path /${name} }`)}
${each((name) => `  server ${name} 127.0.0.1:${ports[name]}`)}
`,
    sends: {
      refused: '503 Service Unavailable',
      closed: '502 Bad Gateway',
      nonsense: '502 Bad Gateway',
      unconnected: '503 Service Unavailable',
      silent: '504 Gateway Time-out',
    },
  },
  caddy: {
    lines: (ports) =>
      each(
        (name) => `reverse_proxy /${name} 127.0.0.1:${ports[name]} {
  transport http {
    dial_timeout 300ms
  }
}`,
      ),
    // Of a silent upstream it says nothing: by default it waits for ever.
    sends: {
      refused: '502 Bad Gateway',
      closed: '502 Bad Gateway',
      nonsense: '502 Bad Gateway',
      unconnected: '502 Bad Gateway',
    },
  },
  apache: {
    lines: (ports) =>
      each(
        (name) =>
          `ProxyPass /${name} http://127.0.0.1:${ports[name]}/ connectiontimeout=300ms timeout=1`,
      ),
    sends: {
      refused: '503 Service Unavailable',
      closed: '502 Proxy Error',
      nonsense: '200 OK',
      unconnected: '503 Service Unavailable',
      silent: '502 Proxy Error',
    },
  },
  varnish: {
    lines: (ports) => `vcl 4.1;
${each(
  (name) => `backend ${name} {
  .host = "127.0.0.1";
  .port = "${ports[name]}";
  .connect_timeout = 0.3s;
  .first_byte_timeout = 0.3s;
}`,
)}
sub vcl_recv {
${each((name) => `  if (req.url == "/${name}") { set req.backend_hint = ${name}; }`)}
}
`,
    sends: {
      refused: '503 Backend fetch failed',
      closed: '503 Backend fetch failed',
      nonsense: '503 Backend fetch failed',
      unconnected: '503 Backend fetch failed',
      silent: '503 Backend fetch failed',
    },
  },
  nghttpx: {
    lines: (ports) => `backend-connect-timeout=300ms
backend-read-timeout=1s
${each((name) => `backend=127.0.0.1,${ports[name]};/${name}`)}
`,
    sends: {
      refused: '502 Bad Gateway',
      closed: '502 Bad Gateway',
      nonsense: '502 Bad Gateway',
      unconnected: '504 Gateway Timeout',
      silent: '504 Gateway Timeout',
    },
  },
};

const closing: (() => unknown)[] = [];
const ports = {} as Ports;

beforeAll(async () => {
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
afterAll(async () => {
  for (const undo of closing) await undo();
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

for (const [name, { lines, sends }] of Object.entries(gateways))
  describeBehind(name as ProxyName, name, (installed) => {
    let port = 0;
    beforeAll(async () => {
      port = await freePort();
      const proxy = await startProxy(installed, {
        port,
        upstream: { port: ports.refused },
        lines: lines(ports),
      });
      closing.push(() => proxy.stop());
    });

    test.each(Object.entries(sends))(
      'whose upstream is %s sends %s',
      async (failure, expected) => {
        const client = await rawClient(port);
        client.send(`GET /${failure} HTTP/1.1\r\nHost: a\r\n\r\n`);
        const line = await client.until(/\r\n/);
        expect(line.replace(/^HTTP\/1\.[01] /, '').trim()).toBe(expected);
        client.socket.destroy();
      },
    );
  });
