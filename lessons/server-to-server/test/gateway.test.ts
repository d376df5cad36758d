import { describe, expect, test } from '@jest/globals';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import {
  type ClientRequest,
  createServer as createHttpServer,
  type RequestListener,
} from 'node:http';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { listen } from '@on-the-wire/system/listen.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { WebSocket } from 'ws';
import { createServer } from '../server.ts';
import { closing, timeoutMs, startStation, stopped } from './acts.ts';
import { freePort } from './free-port.ts';

async function startGateway(options: Parameters<typeof createServer>[0]) {
  const gateway = createServer({ timeoutMs, ...options });
  closing.push(gateway.close);
  return { ...gateway, ...(await listen(gateway.server)) };
}

/** An upstream of a test's own; it keeps what it was asked. */
async function startUpstream(answer: RequestListener) {
  const asked: { url: string; raw: string[] }[] = [];
  const sockets: Socket[] = [];
  const server = createHttpServer((request, response) => {
    asked.push({ url: request.url!, raw: request.rawHeaders });
    answer(request, response);
  });
  server.on('connection', (socket) => sockets.push(socket));
  closing.push(() => server.close().closeAllConnections());
  return { server, asked, sockets, ...(await listen(server)) };
}

describe('what goes through', () => {
  test('JSON, over connections that are used again', async () => {
    const station = await startStation();
    const { origin } = await startGateway({ station: station.origin });
    for (let i = 0; i < 30; i++) {
      const board = await (await fetch(`${origin}/station/board`)).json();
      expect(board.id).toBe(`${station.feed.run}-0`);
    }
    const { requests, connections } = await (
      await fetch(`${origin}/status`)
    ).json();
    expect({ requests, connections }).toEqual({ requests: 30, connections: 1 });
  });

  test('a body, and the status that answers it', async () => {
    const station = await startStation();
    const { origin } = await startGateway({ station: station.origin });
    const put = (rate: string) =>
      fetch(`${origin}/rate`, {
        method: 'PUT',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ rate }),
      });
    expect((await put('rush')).status).toBe(204);
    expect(station.feed.rate).toBe('rush');
    expect((await put('fast')).status).toBe(400);
  });

  test('an event stream, each event at once', async () => {
    const station = await startStation();
    const gateway = await startGateway({ station: station.origin });
    const client = await rawClient(gateway.port);
    client.send('GET /station/events HTTP/1.1\r\nHost: g\r\n\r\n');
    await client.until('event: snapshot');
    for (let n = 1; n <= 20; n++) {
      station.feed.next();
      // The next one is made only when this one has come.
      await client.until(`id: ${station.feed.run}-${n}\n`);
    }
    client.socket.destroy();
  });

  test('a WebSocket', async () => {
    const station = await startStation();
    const { port } = await startGateway({ station: station.origin });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/station/loudspeaker`);
    closing.push(() => socket.terminate());
    await once(socket, 'open');
    station.feed.announce('Größe');
    const [message] = await once(socket, 'message');
    expect(JSON.parse(String(message))).toMatchObject({ text: 'Größe' });
  });

  test('for a slow reader no faster than it reads', async () => {
    let written = 0;
    const station = await startUpstream((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      const block = 'x'.repeat(65_536);
      const write = () => {
        while (!response.destroyed && response.write(block)) written += 65_536;
      };
      response.on('drain', write);
      write();
    });
    const { port, origin } = await startGateway({ station: station.origin });
    const client = await rawClient(port);
    client.send('GET /station/events HTTP/1.1\r\nHost: g\r\n\r\n');
    await client.until('200 OK');
    client.socket.pause();
    // All of it is in this process: what could move has moved, when there were so
    // many other requests and responses, and nothing was written meanwhile.
    let before = -1;
    while (before !== written) {
      before = written;
      for (let n = 0; n < 50; n += 1)
        await (await fetch(`${origin}/status`)).json();
    }
    expect(written).toBeLessThan(32 * 1024 * 1024);
    client.socket.destroy();
  });

  test('a browser that leaves frees the upstream', async () => {
    const station = await startStation();
    const gateway = await startGateway({ station: station.origin });
    const path = '/station/events';
    const { port } = gateway;
    const client = await rawClient(port);
    client.send(`GET ${path} HTTP/1.1\r\nHost: g\r\n\r\n`);
    await client.until('event: snapshot');
    const listeners = () => station.feed.listenerCount('update');
    const busy = listeners();
    const sockets = await new Promise<number>((resolve) =>
      station.server.getConnections((_error, count) => resolve(count)),
    );
    expect(sockets).toBe(1);
    const freed = once(station.feed, 'removeListener');
    client.socket.destroy();
    await freed;
    expect(listeners()).toBe(busy - 1);
  });
});

describe('which side failed', () => {
  const fetchFailure = async (origin: string) => {
    const answer = await fetch(`${origin}/station/board`);
    const { side, title } = await answer.json();
    return [
      answer.status,
      answer.headers.get('proxy-status'),
      side,
      title,
    ] as const;
  };

  test('502: it refuses the connection', async () => {
    const station = `http://127.0.0.1:${await freePort()}`;
    const { origin } = await startGateway({ station });
    expect(await fetchFailure(origin)).toEqual([
      502,
      'gateway; error=connection_refused; next-hop=station',
      'station',
      'The station refused the connection.',
    ]);
  });

  test('502: it closes the connection before it has responded', async () => {
    const { origin: station } = await startUpstream(({ socket }) =>
      socket.resetAndDestroy(),
    );
    const { origin } = await startGateway({ station });
    expect(await fetchFailure(origin)).toEqual([
      502,
      'gateway; error=connection_terminated; next-hop=station',
      'station',
      'The station closed the connection before it had responded.',
    ]);
  });

  test('502: what it sends is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('Hello!\r\n\r\n'));
    closing.push(() => server.close());
    const { origin: station } = await listen(server);
    const { origin } = await startGateway({ station });
    const [status, proxyStatus] = await fetchFailure(origin);
    expect([status, proxyStatus]).toEqual([
      502,
      'gateway; error=http_protocol_error; next-hop=station',
    ]);
  });

  test.each(['042 Odd', '101 Up', '600 Odd', '999 Odd'])(
    '502: its status is none, %s',
    async (status) => {
      const server = createTcpServer((socket) =>
        socket.end(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`),
      );
      closing.push(() => server.close());
      const { origin: station } = await listen(server);
      const { origin } = await startGateway({ station });
      for (let n = 0; n < 2; n += 1) {
        const [found, proxyStatus] = await fetchFailure(origin);
        expect([found, proxyStatus]).toEqual([
          502,
          'gateway; error=http_protocol_error; next-hop=station',
        ]);
      }
    },
  );

  test('504: a silent one ends when the deadline is over', async () => {
    const { server, origin: station, sockets } = await startUpstream(() => {});
    const { origin } = await startGateway({ station, timeoutMs: 200 });
    const clock = stopped();
    const asking = fetchFailure(origin);
    await once(server, 'request');
    clock.pass(200);
    expect(await asking).toEqual([
      504,
      'gateway; error=http_response_timeout; next-hop=station',
      'station',
      'The station did not respond in time.',
    ]);
    if (!sockets[0]!.destroyed) await once(sockets[0]!, 'close');
  });

  test('504: there is no connection in time', async () => {
    const { server, port, origin: station } = await startUpstream(() => {});
    const { origin } = await startGateway({ station, timeoutMs: 200 });
    const clock = stopped();
    const begun = new Promise<void>((tell) => {
      const name = 'http.client.request.created';
      const look = (message: unknown) => {
        const { request } = message as { request: ClientRequest };
        if (request.getHeader('host') !== `127.0.0.1:${port}`) return;
        unsubscribe(name, look);
        tell();
      };
      subscribe(name, look);
    });
    let connections = 0;
    server.on('connection', () => (connections += 1));
    const failing = fetchFailure(origin);
    await begun;
    // To connect takes at least a turn of the event loop: microtasks do not.
    for (let n = 0; n < 20; n += 1) await undefined;
    clock.pass(200);
    expect(connections).toBe(0);
    expect(await failing).toEqual([
      504,
      'gateway; error=connection_timeout; next-hop=station',
      'station',
      'The gateway got no connection to the station in time.',
    ]);
  });

  test('502: its name is not known', async () => {
    const station = 'http://station.invalid:80'; // RFC 6761, 6.4
    const { origin } = await startGateway({ station });
    expect(await fetchFailure(origin)).toEqual([
      502,
      'gateway; error=dns_error; next-hop=station',
      'station',
      'The station was not found by its name.',
    ]);
  });

  test('a slow one is cut then, however often a piece comes', async () => {
    let drip = () => {};
    const { origin: station, sockets } = await startUpstream((_q, response) => {
      drip = () => void response.write('{');
      drip();
    });
    const { origin } = await startGateway({ station, timeoutMs: 200 });
    const clock = stopped();
    // Its headers have gone out: it is too late for a status code.
    const answer = await fetch(`${origin}/station/board`);
    expect(answer.status).toBe(200);
    const parts = answer.body!.getReader();
    await parts.read();
    for (const wait of [60, 60, 60]) {
      clock.pass(wait);
      drip();
      await parts.read();
    }
    clock.pass(20);
    await expect(parts.read()).rejects.toThrow('terminated');
    if (!sockets[0]!.destroyed) await once(sockets[0]!, 'close');
  });

  test('a browser may wait for less, not for more', async () => {
    const upstream = await startUpstream(() => {});
    const { server, origin: station, asked } = upstream;
    const { origin } = await startGateway({ station, timeoutMs: 300 });
    const clock = stopped();
    for (const [wanted, ms] of [
      ['50', 50],
      ['999999', 300],
    ] as const) {
      const headers = { 'Time-Left': wanted };
      const asking = fetch(`${origin}/station/board`, { headers });
      await once(server, 'request');
      clock.pass(ms);
      expect((await asking).status).toBe(504);
    }
    const left = asked.map(({ raw }) => raw[raw.indexOf('time-left') + 1]);
    expect(left).toEqual(['50', '300']);
  });

  test('a WebSocket is told too', async () => {
    const station = `http://127.0.0.1:${await freePort()}`;
    const { port } = await startGateway({ station });
    const client = await rawClient(port);
    client.send(
      'GET /station/loudspeaker HTTP/1.1\r\nHost: g\r\nUpgrade: websocket\r\n' +
        'Connection: Upgrade\r\n\r\n',
    );
    await client.until('HTTP/1.1 502 ');
    await client.until('"side":"station"');
    await client.closed;
  });

  test('one that fails leaves the gateway standing for the others', async () => {
    let sick = true;
    const { origin: station } = await startUpstream((request, response) => {
      if (sick) request.socket.resetAndDestroy();
      else response.end('{}');
    });
    const { origin } = await startGateway({ station });
    for (let i = 0; i < 20; i++)
      expect((await fetchFailure(origin))[0]).toBe(502);
    sick = false;
    expect((await fetch(`${origin}/station/board`)).status).toBe(200);
  });

  test('the keep-alive race is settled before anybody notices', async () => {
    let requests = 0;
    const { origin: station } = await startUpstream((request, response) => {
      requests += 1;
      if (requests === 2) request.socket.resetAndDestroy();
      else response.end('{}');
    });
    const { origin } = await startGateway({ station });
    for (let i = 0; i < 2; i++)
      expect((await fetch(`${origin}/station/board`)).status).toBe(200);
    expect(requests).toBe(3);
  });
});

test('An unused connection is closed by the gateway before the upstream would', async () => {
  const upstream = await startUpstream((_q, response) => response.end('{}'));
  const gateway = await startGateway({ station: upstream.origin });
  const ask = () => fetch(`${gateway.origin}/station/board`);
  await (await ask()).text();
  const began = performance.now();
  await once(upstream.sockets[0]!, 'close');
  // Node's server says 5 s in its header Keep-Alive, and waits for 6.
  expect(performance.now() - began).toBeLessThan(5_000);
  expect((await ask()).status).toBe(200);
  expect(upstream.sockets).toHaveLength(2);
});

test('A connection that was used before may be silent for longer than that', async () => {
  let n = 0;
  const upstream = await startUpstream((_request, response) => {
    n += 1;
    setTimeout(() => response.end('{}'), n === 2 ? 4_500 : 0);
  });
  const gateway = await startGateway({ station: upstream.origin });
  for (let i = 0; i < 2; i += 1) {
    const { status } = await fetch(`${gateway.origin}/station/board`);
    expect(status).toBe(200);
  }
  expect(upstream.sockets).toHaveLength(1);
});

describe('what does not go through', () => {
  const start = async () => {
    const upstream = await startUpstream((_request, response) => {
      response.setHeader('Connection', 'X-Hop');
      response.setHeader('X-Hop', 'secret');
      response.setHeader('Proxy-Authenticate', 'Basic');
      response.end('{}');
    });
    const gateway = await startGateway({ station: upstream.origin });
    return { ...upstream, client: await rawClient(gateway.port) };
  };

  test.each([
    [
      'a target in the request',
      'GET http://192.0.2.1/station/board HTTP/1.1',
      421,
    ],
    ['the station by its own name', 'GET http://g/station/board HTTP/1.1', 421],
    ['CONNECT', 'CONNECT 192.0.2.1:80 HTTP/1.1', 0],
    ['a path that is not in the list', 'GET /station/webhooks HTTP/1.1', 404],
    ['a way up', 'GET /station/../operators HTTP/1.1', 404],
    ['another host in the path', 'GET //192.0.2.1/station/board HTTP/1.1', 404],
    ['a name of every object', 'GET /constructor HTTP/1.1', 404],
  ])('%s', async (_what, line, status) => {
    const { asked, client } = await start();
    client.send(`${line}\r\nHost: g\r\nConnection: close\r\n\r\n`);
    await client.closed;
    if (status) expect(client.received).toContain(`HTTP/1.1 ${status} `);
    expect(client.received).not.toContain('HTTP/1.1 200');
    expect(asked).toEqual([]);
  });

  test('a request within a request: CL and TE together', async () => {
    const { asked, client } = await start();
    client.send(
      'POST /station/board HTTP/1.1\r\nHost: g\r\nContent-Length: 4\r\n' +
        'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n' +
        'GET /station/board HTTP/1.1\r\nHost: g\r\n\r\n',
    );
    await client.closed;
    expect(client.received).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(client.received.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(asked.filter(({ url }) => url !== '/board')).toEqual([]);
    // What came before the contradiction may have been asked, never what hid.
    expect(asked.length).toBeLessThanOrEqual(1);
  });

  test('hop-by-hop headers, both ways, and what a client says about its way', async () => {
    const { asked, client } = await start();
    client.send(
      'GET /station/board HTTP/1.1\r\n' +
        'Host: g\r\n' +
        'Connection: keep-alive, X-Private\r\n' +
        'X-Private: secret\r\n' +
        'Keep-Alive: timeout=5\r\n' +
        'Proxy-Connection: keep-alive\r\n' +
        'Proxy-Authorization: Basic secret\r\n' +
        'TE: trailers\r\n' +
        'Upgrade: h2c\r\n' +
        'Forwarded: for=1.2.3.4\r\n' +
        'X-Forwarded-For: 1.2.3.4\r\n' +
        'X-Public: yes\r\n\r\n',
    );
    const received = await client.until(/\r\n\r\n{}$|2\r\n{}\r\n0\r\n\r\n/);
    expect(received).not.toMatch(/X-Hop|secret|Proxy-Authenticate/i);
    expect(received).not.toContain('Cache-Control'); // none was sent
    const raw = asked[0]!.raw.map((text) => text.toLowerCase());
    expect(raw.join()).not.toMatch(
      /secret|1\.2\.3\.4|h2c|trailers|timeout|proxy-connection/,
    );
    expect(raw).toContain('x-public');
    const { localPort } = client.socket;
    expect(raw[raw.indexOf('forwarded') + 1]).toBe(
      `for="127.0.0.1:${localPort}";host="g"`,
    );
    expect(raw[raw.indexOf('host') + 1]).toMatch(/^127\.0\.0\.1:\d+$/);
    client.socket.destroy();
  });

  test.each([
    [
      'https://board.example',
      'board.example',
      'host="board.example";proto=https',
    ],
    ['http://[::1]:4001', '[::1]:4001', 'host="[::1]:4001";proto=http'],
    ['https://board.example', 'board.example:443', 'host="board.example:443"'],
  ])(
    'with %s in its list, it forwards the Host %s as %s',
    async (listed, host, expected) => {
      const { asked, origin } = await startUpstream((_request, response) =>
        response.end('{}'),
      );
      const origins = [listed];
      const { port } = await startGateway({ station: origin, origins });
      const client = await rawClient(port);
      client.send(`GET /station/board HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      await client.until('{}');
      const { raw } = asked[0]!;
      expect(raw[raw.indexOf('forwarded') + 1]).toBe(
        `for="127.0.0.1:${client.socket.localPort}";${expected}`,
      );
      client.socket.destroy();
    },
  );

  test('a WebSocket of a page of another origin', async () => {
    const station = await startStation();
    const { port } = await startGateway({ station: station.origin });
    const socket = new WebSocket(`ws://127.0.0.1:${port}/station/loudspeaker`, {
      origin: 'http://evil.example',
    });
    closing.push(() => socket.terminate());
    const opened = new Promise((resolve) => socket.once('open', resolve));
    const refused = once(socket, 'error').catch((thrown) => [thrown]);
    const outcome = await Promise.race([opened.then(() => 'open'), refused]);
    expect(String(outcome)).toContain('403');
  });
});

describe('an upgrade', () => {
  const handshake = (path: string, upgrade: string, more: string[] = []) =>
    [
      `GET ${path} HTTP/1.1`,
      'Host: rebound.example',
      'Connection: Upgrade, HTTP2-Settings',
      `Upgrade: ${upgrade}`,
      ...more,
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      '\r\n',
    ].join('\r\n');
  const loudspeaker = '/station/loudspeaker';

  async function start(origins: string[] = []) {
    const station = await startStation();
    const own = { station: station.origin, origins };
    const { port } = await startGateway(own);
    const client = await rawClient(port);
    closing.push(() => client.socket.destroy());
    return { station, client };
  }

  test.each([
    ['h2c', '/', '200 OK'],
    ['h2c', '/station/board', '200 OK'],
    ['h2c', loudspeaker, '404 Not Found'], // as without one
    ['WebSocket', loudspeaker, '101 Switching Protocols'],
    ['websocket', loudspeaker, '101 Switching Protocols'],
    ['websocket', '/', '404 Not Found'],
  ])('to %s at %s: %s', async (upgrade, path, status) => {
    const { client } = await start();
    client.send(handshake(path, upgrade));
    await client.until(`HTTP/1.1 ${status}\r\n`);
  });

  test.each([
    ['h2c', '/loudspeaker', '404 Not Found'],
    ['h2c', '/board', '200 OK'],
    ['WebSocket', '/loudspeaker', '101 Switching Protocols'],
  ])('to %s at the station’s %s: %s', async (upgrade, path, status) => {
    const { port } = await startStation();
    const client = await rawClient(port);
    closing.push(() => client.socket.destroy());
    client.send(handshake(path, upgrade));
    await client.until(`HTTP/1.1 ${status}`);
  });

  const pages = ['https://board.example', 'http://localhost:4001'];
  test.each([
    ['a page of the list', 'https://board.example', '101'],
    ['another of the list', 'http://localhost:4001', '101'],
    [
      'a page of the same host over another scheme',
      'http://board.example',
      403,
    ],
    ['one at another port', 'http://localhost:4000', 403],
    ['a page whose name is in Host as well', 'http://rebound.example', 403],
    ['a page without an origin', 'null', 403],
  ])('by %s', async (_whose, origin, status) => {
    const { client } = await start(pages);
    client.send(handshake(loudspeaker, 'websocket', [`Origin: ${origin}`]));
    const line = await client.until(/^HTTP\/1\.1 \d+ /);
    expect(line).toBe(`HTTP/1.1 ${status} `);
  });

  test('that fails is told on a connection that was used before', async () => {
    const station = `http://127.0.0.1:${await freePort()}`;
    const { port } = await startGateway({ station });
    const client = await rawClient(port);
    client.send('GET /status HTTP/1.1\r\nHost: g\r\n\r\n');
    await client.until('"gaps":0');
    client.send(handshake(loudspeaker, 'websocket'));
    await client.until('HTTP/1.1 502 ');
    await client.closed;
  });
});

test('A gateway that closes ends its WebSockets, and what it has refused', async () => {
  const station = await startStation();
  const gateway = await startGateway({ station: station.origin });
  const socket = new WebSocket(
    `ws://127.0.0.1:${gateway.port}/station/loudspeaker`,
  );
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const refused = await rawClient(gateway.port);
  refused.socket.allowHalfOpen = true; // it does not leave by itself
  refused.send('CONNECT a.example:80 HTTP/1.1\r\nHost: a.example\r\n\r\n');
  await refused.until('HTTP/1.1 501 Not Implemented');
  await gateway.close();
  await closed;
  refused.socket.destroy();
});

test('What was refused is closed, though its client sends more, and stays', async () => {
  const gateway = await startGateway({});
  const accepted = once(gateway.server, 'connection');
  const client = await rawClient(gateway.port);
  const [socket] = await accepted;
  const closed = once(socket, 'close');
  client.socket.allowHalfOpen = true;
  client.send('CONNECT a.example:80 HTTP/1.1\r\nHost: a.example\r\n\r\nmore');
  await closed;
  client.socket.destroy();
});

test('a 502 ends the stream, and it goes on with the id elsewhere', async () => {
  const station = await startStation({}, []);
  const gateway = await startGateway({ station: station.origin });
  // Not the browser's own way: just an id, as the page keeps it.
  const path = (after: string) =>
    fetch(`${gateway.origin}/station/events?after=${after}`);
  station.feed.next();
  const { run } = station.feed;
  station.tap.break('down');
  expect((await path(`${run}-1`)).status).toBeGreaterThanOrEqual(502);
  station.tap.break();
  for (let i = 0; i < 5; i++) station.feed.next();
  const answer = await path(`${run}-1`);
  const parts = answer.body!.getReader();
  let text = '';
  while (!text.includes(`${run}-6`))
    text += Buffer.from((await parts.read()).value!).toString();
  await parts.cancel();
  expect([...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id)).toEqual(
    [2, 3, 4, 5, 6].map((n) => `${run}-${n}`),
  );
});
