/** A server that carries out each id once, and may not confirm it. */
import { once } from 'node:events';
import type { CheckContext } from '@on-the-wire/course/exercise/check.ts';
import { createServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';

/** One message, as it came. */
export interface Message {
  client: number;
  /** Which of the connections of its client it came on, from 1. */
  connection: number;
  id: unknown;
  text: unknown;
  /** As it was on the wire. */
  raw: string;
  /** Whether an ack was sent for this id before. */
  wasConfirmed: boolean;
  /** Whether it is carried out: the first with its id. */
  isDone: boolean;
}

export async function openStation(trial: CheckContext, faults?: string[]) {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const { port } = await trial.listen(server);
  const line = await trial.line(port, faults && { faults });
  trial.defer(() => {
    for (const client of sockets.clients) client.terminate();
  });
  const messages: Message[] = [];
  const connections = new Map<number, number>();
  const newest = new Map<number, WebSocket>();
  // By the id alone: the server cannot tell who sends it.
  const known = new Set<unknown>();
  const confirmed = new Set<unknown>();
  let confirms = true;
  let holds = false;
  const held: { accept(): void; drop(): void }[] = [];

  function confirm(client: WebSocket, id: unknown) {
    confirmed.add(id);
    client.send(JSON.stringify({ ack: id }));
  }

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => {});
    const accept = () =>
      sockets.handleUpgrade(request, socket, head, (client) =>
        sockets.emit('connection', client, request),
      );
    if (!holds) return accept();
    held.push({ accept, drop: () => socket.destroy() });
    server.emit('received');
    return undefined;
  });
  sockets.on('connection', (client: WebSocket, request) => {
    const { searchParams } = new URL(request.url!, line.origin);
    const name = Number(searchParams.get('client'));
    const connection = (connections.get(name) ?? 0) + 1;
    connections.set(name, connection);
    newest.set(name, client);
    client.on('error', () => {});
    client.on('message', (bytes: Buffer) => {
      const { id, text } = parse(String(bytes));
      messages.push({
        client: name,
        connection,
        id,
        text,
        raw: String(bytes),
        wasConfirmed: confirmed.has(id),
        // What has no id cannot be recognized.
        isDone: id === undefined || !known.has(id),
      });
      known.add(id);
      if (confirms) confirm(client, id);
      server.emit('received');
    });
  });

  return {
    line,
    messages,
    url: `${line.origin.replace('http', 'ws')}/track`,
    /** From now on it confirms what it carried out, or does not. */
    confirm: (does: boolean) => (confirms = does),
    /** Confirms these ids of a client, in this order, in one go. */
    ack(name: number, ids: unknown[]) {
      for (const id of ids) confirm(newest.get(name)!, id);
    },
    /** From now on a handshake gets no response, or does. */
    hold: (does: boolean) => (holds = does),
    /** Waits until so many handshakes wait for a response. */
    async held(count: number) {
      const all = async () => {
        while (held.length < count) await once(server, 'received');
      };
      await trial.within(all(), () => ({
        title: 'The clients do not connect',
        came: `${held.length} handshakes of ${count} clients`,
        section: 'step 4 of the tutorial',
      }));
    },
    /** What becomes of all that wait for a response. */
    release(how: 'accept' | 'drop') {
      for (const handshake of held.splice(0)) handshake[how]();
    },
    /** Closes all connections with this close code. */
    close(code: number) {
      for (const client of sockets.clients) client.close(code);
    },
    /** Which connection of a client is its newest, from 1. */
    newest: (name: number) => connections.get(name) ?? 0,
    /** How many connections are open. */
    open: () =>
      [...sockets.clients].filter(({ readyState, OPEN }) => readyState === OPEN)
        .length,
    /** The texts that were carried out for a client. */
    done: (client: number) =>
      messages
        .filter((message) => message.client === client && message.isDone)
        .map(({ text }) => String(text)),
    /** Waits until this holds, looking at each message. */
    async until(isSo: () => boolean) {
      while (!isSo()) await once(server, 'received');
    },
  };
}

function parse(raw: string): { id?: unknown; text?: unknown } {
  try {
    return { ...(JSON.parse(raw) as object) };
  } catch {
    return {};
  }
}
