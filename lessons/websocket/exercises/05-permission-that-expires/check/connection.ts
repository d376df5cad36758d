/** One connection to the learner's server: what it sends, and what comes of it. */
import { once } from 'node:events';
import type {
  CheckContext,
  Learner,
  TappedConnection,
} from '@on-the-wire/course/exercise/check.ts';
import { rawClient } from '@on-the-wire/system/raw-client.ts';
import { decodeFrame, encodeFrame, opcodes } from '../../../frame.ts';
import type { Client as Known } from '../stage.ts';

/** A message, of either side. */
export type Message = { kind: string } & Record<string, unknown>;

/** What came of messages, or of some time. */
export interface Reply {
  /** All that the server sent. */
  messages: Message[];
  /** Those of them that respond to something; others may come at any time. */
  responses: Message[];
  /** What was carried out. */
  done: Message[];
  /** How the connection ended, if it did; without a code if by no close frame. */
  end: { code?: number; reason: string } | undefined;
}

export type Connection = Awaited<ReturnType<typeof openConnection>>;

/**
 * Connects by hand, so that it returns no close frame unless it is told to.
 *
 * @param which of all connections, from 0
 * @param query what the server knows of it: see stage.ts
 */
export async function openConnection(
  trial: CheckContext,
  learner: Learner,
  line: TappedConnection,
  { which, query }: { which: number; query: URLSearchParams },
) {
  const client = await rawClient(line.port);
  const { socket } = client;
  trial.defer(() => socket.destroy());
  const wire = { client: socket.localPort!, direction: 'down' as const };
  const key = Buffer.from(trial.data.bytes(16)).toString('base64');
  socket.write(
    `GET /track?${query} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
      'Upgrade: websocket\r\nConnection: Upgrade\r\n' +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  const { length: start } = await trial.within(
    client.until('\r\n\r\n'),
    () => ({
      title: 'A client can no longer connect',
      came: client.received || 'nothing',
      wire,
    }),
  );
  let isCut = false;
  void client.closed.then(() => (isCut = true));
  let sent = 0; // messages
  let pings = 0;
  let seen = 0; // messages of the server that were looked at
  let done = 0; // of what was carried out

  function write(...frames: [opcode: number, payload: Uint8Array][]) {
    const bytes = frames.map(([opcode, payload]) => {
      const mask = trial.data.bytes(4);
      return encodeFrame({ final: true, opcode, payload, mask });
    });
    socket.write(Buffer.concat(bytes));
  }

  /** All that has come since the handshake. */
  function read() {
    const received = Buffer.from(client.received, 'latin1');
    let bytes: Uint8Array = received.subarray(start);
    const messages: Message[] = [];
    let pongs = 0;
    let end: Reply['end'];
    for (let next = decodeFrame(bytes); next; next = decodeFrame(bytes)) {
      bytes = bytes.subarray(next.end);
      const { opcode, payload } = next.frame;
      const data = Buffer.from(payload);
      if (opcode === opcodes.pong) pongs += 1;
      if (opcode === opcodes.text) messages.push(parse(String(data)));
      if (opcode === opcodes.close)
        end ??= {
          ...(data.length > 1 && { code: data.readUInt16BE() }),
          reason: String(data.subarray(2)),
        };
    }
    if (isCut) end ??= { reason: '' };
    return { messages, pongs, end };
  }

  /** All that the server has sent so far has come: a pong comes after it. */
  async function look(): Promise<Reply> {
    const known = await trial.within(
      learner.stage<Known>('came', which, sent),
      () => ({ title: 'A message does not arrive', wire }),
    );
    const isOpen = known.state === 1;
    if (isOpen) {
      write([opcodes.ping, new Uint8Array()]);
      pings += 1;
    }
    const all = async () => {
      for (;;) {
        const { pongs, end } = read();
        if (end ?? (isOpen && pongs >= pings)) return;
        const data = once(socket, 'data').catch(() => {});
        await Promise.race([data, client.closed]);
      }
    };
    await trial.within(all(), () => ({
      title: isOpen ? 'A ping gets no pong' : 'A close frame does not arrive',
      wire,
    }));
    const { messages, end } = read();
    const fresh = messages.slice(seen);
    seen = messages.length;
    const kinds = ['refused', 'renewed', 'error'];
    const responses = fresh.filter(({ kind }) => kinds.includes(kind));
    const carriedOut = known.done.slice(done).map(parse);
    done = known.done.length;
    return { messages: fresh, responses, done: carriedOut, end };
  }

  return {
    wire,
    look,

    /** Sends messages in one write. */
    say(texts: string[]): Promise<Reply> {
      sent += texts.length;
      write(
        ...texts.map((text): [number, Uint8Array] => [
          opcodes.text,
          Buffer.from(text),
        ]),
      );
      return look();
    },

    /** Sends a close frame, or returns the one that came; or just ends. */
    async leave(how: 'close' | 'drop') {
      if (how === 'drop') socket.destroy();
      else write([opcodes.close, Buffer.of(0x03, 0xe8)]); // 1000
      await trial.within(learner.stage('left', which), () => ({
        title: 'The server does not notice that a client has left',
        wire,
      }));
      socket.destroy();
    },
  };
}

function parse(text: string): Message {
  try {
    const message: unknown = JSON.parse(text);
    if (typeof message === 'object' && message) return { kind: '', ...message };
  } catch {
    // It is shown as it came.
  }
  return { kind: '', text };
}

/** What came, or should have, as a learner is told. */
export function textOf({
  messages = [],
  done = [],
  end,
}: Partial<Omit<Reply, 'responses'>>): string {
  const parts = [
    ...done.map((one) => `carried out: ${JSON.stringify(one)}`),
    ...messages.map((one) => JSON.stringify(one)),
  ];
  if (end && end.code === undefined) parts.push('the end, without a code');
  if (end?.code !== undefined)
    parts.push(`a close frame: ${end.code} ${end.reason}`.trim());
  return parts.join(', ') || 'nothing';
}
