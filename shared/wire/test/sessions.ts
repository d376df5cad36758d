/** Real sessions of every protocol, recorded: for saving and comparing. */
import { once } from 'node:events';
import { Agent, createServer, get, request } from 'node:http';
import { connect, createServer as createHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import { WebSocket, WebSocketServer } from 'ws';
import type { CapturedConnection } from '../capture.ts';
import { portOf, startRelay, type Relay } from './relay.ts';
import { mqttVectors } from './vectors/mqtt.ts';

/** Runs a session through a relay; returns what was recorded. */
async function through(
  port: number,
  session: (relay: Relay) => Promise<void>,
): Promise<CapturedConnection[]> {
  const relay = await startRelay(port);
  await session(relay);
  await relay.close();
  return relay.connections;
}

async function listen(
  server: ReturnType<typeof createServer>,
): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

/** Lengths, chunks, no bodies, events, pipelining. */
export async function http1Session(): Promise<CapturedConnection[]> {
  const server = createServer((asked, answer) => {
    answer.setHeader('Date', 'Mon, 21 Oct 2013 20:13:21 GMT');
    if (asked.url === '/not-modified') answer.writeHead(304).end();
    else if (asked.url === '/events') {
      answer.writeHead(200, { 'Content-Type': 'text/event-stream' });
      answer.write(': hello\n\nid: 1\ndata: a\n\n');
      answer.end('data: b\n\n');
    } else if (asked.method === 'POST') {
      asked.resume().on('end', () => answer.writeHead(201).end('made'));
    } else answer.setHeader('Content-Length', 5).end('Hello');
  });
  const port = await listen(server);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const recorded = await through(port, async (relay) => {
    const options = { host: '127.0.0.1', port: relay.port, agent };
    for (const path of ['/', '/not-modified', '/events']) {
      const asked = get({ ...options, path });
      const [answer] = await once(asked, 'response');
      answer.resume();
      await once(answer, 'end');
    }
    for (const [method, path] of [
      ['HEAD', '/head'],
      ['POST', '/made'],
    ] as const) {
      const asked = request({ ...options, method, path });
      if (method === 'POST') asked.write('a=1');
      asked.end();
      const [answer] = await once(asked, 'response');
      answer.resume();
      await once(answer, 'end');
    }
    agent.destroy();
    const socket = connectTcp(relay.port, '127.0.0.1');
    const head = 'Host: a\r\n\r\n';
    socket.end(
      `GET /1 HTTP/1.1\r\n${head}GET /2 HTTP/1.1\r\nConnection: close\r\n${head}`,
    );
    socket.resume();
    await once(socket, 'close');
  });
  server.close();
  return recorded;
}

/** Text, binary, fragments, ping and pong, all lengths, close. */
export async function webSocketSession(): Promise<CapturedConnection[]> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  server.on('connection', (socket) => {
    socket.on('message', (data, binary) => socket.send(data, { binary }));
    socket.ping('are you there?');
  });
  await once(server, 'listening');
  const recorded = await through(portOf(server), async (relay) => {
    const client = new WebSocket(`ws://127.0.0.1:${relay.port}`, {
      perMessageDeflate: false,
    });
    await once(client, 'open');
    const messages = [
      'Hello',
      'Zürich',
      Buffer.alloc(300, 1),
      Buffer.alloc(70_000, 2),
    ];
    for (const message of messages) {
      client.send(message);
      await once(client, 'message');
    }
    client.send('one ', { fin: false });
    client.ping('x');
    client.send('two');
    await once(client, 'message');
    client.close(1000, 'bye');
    await once(client, 'close');
  });
  server.close();
  return recorded;
}

/** Requests with and without bodies, many headers, a reset, the end. */
export async function http2Session(): Promise<CapturedConnection[]> {
  const server = createHttp2();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    if (headers[':path'] === '/reset') return stream.close(8);
    stream.respond({ ':status': 200, 'content-type': 'text/plain' });
    return stream.end('b'.repeat(20_000));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const recorded = await through(portOf(server), async (relay) => {
    const client = connect(`http://127.0.0.1:${relay.port}`);
    for (const path of ['/', '/again', '/reset']) {
      const stream = client.request(
        {
          ':path': path,
          ':method': 'POST',
          'x-long': 'y'.repeat(30),
          cookie: 'a=b',
        },
        { endStream: false },
      );
      stream.on('error', () => undefined).resume();
      stream.end('body');
      await new Promise((closed) => stream.on('close', closed));
    }
    client.ping(() => undefined);
    client.close();
    await once(client, 'close');
  });
  server.close();
  return recorded;
}

/** The packets of the vectors that are as they should be. */
export function mqttSession(): CapturedConnection[] {
  const start = Date.UTC(2013, 9, 21);
  return mqttVectors.slice(0, 5).map(({ steps }, i) => ({
    id: i + 1,
    realPort: 1884,
    secure: false,
    protocol: 'mqtt' as const,
    start,
    reads: steps.map(([direction, bytes], at) => ({
      direction,
      time: start + at + 1,
      bytes,
    })),
    ends: [],
    comments: [],
  }));
}

/** Numbered again, as one recording. */
export async function allSessions(): Promise<CapturedConnection[]> {
  const sessions = [
    ...(await http1Session()),
    ...(await webSocketSession()),
    ...(await http2Session()),
    ...mqttSession(),
  ];
  return sessions.map((session, i) => ({ ...session, id: i + 1 }));
}
