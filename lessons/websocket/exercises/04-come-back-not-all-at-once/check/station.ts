/** A server that carries out each id once, and may not confirm it. */
import { once } from 'node:events';
import type { CheckContext } from '@on-the-wire/course/exercise/check.ts';
import { createServer } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';

/** One message, as it came. */
export interface Message {
  client: number;
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
  const sockets = new WebSocketServer({ server });
  const { port } = await trial.listen(server);
  const line = await trial.line(port, faults && { faults });
  trial.defer(() => {
    for (const client of sockets.clients) client.terminate();
  });
  const messages: Message[] = [];
  const confirmed = new Set<string>();
  let confirms = true;

  sockets.on('connection', (client: WebSocket, request) => {
    const { searchParams } = new URL(request.url!, line.origin);
    const name = Number(searchParams.get('client'));
    client.on('error', () => {});
    client.on('message', (bytes: Buffer) => {
      const { id, text } = parse(String(bytes));
      const key = `${name} ${String(id)}`;
      // What has no id cannot be recognized.
      const isKnown =
        id !== undefined &&
        messages.some((one) => one.client === name && one.id === id);
      messages.push({
        client: name,
        id,
        text,
        raw: String(bytes),
        wasConfirmed: confirmed.has(key),
        isDone: !isKnown,
      });
      if (confirms) {
        confirmed.add(key);
        client.send(JSON.stringify({ ack: id }));
      }
      server.emit('received');
    });
  });

  return {
    line,
    messages,
    url: `${line.origin.replace('http', 'ws')}/track`,
    /** From now on it confirms what it carried out, or does not. */
    confirm: (does: boolean) => (confirms = does),
    /** The texts that were carried out for a client. */
    done: (client: number) =>
      messages
        .filter((message) => message.client === client && message.isDone)
        .map(({ text }) => String(text)),
    /** Waits until this holds, looking at each message. */
    async until(holds: () => boolean) {
      while (!holds()) await once(server, 'received');
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
