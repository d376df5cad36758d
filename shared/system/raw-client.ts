/** A client without a protocol: it sends and receives bytes as they are. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A TCP connection of which a test sees, and writes, every byte. */
export interface RawClient {
  socket: Socket;
  /** All that has come so far; bytes as characters of the same number. */
  readonly received: string;
  /** Writes text; each character is one byte, so "\x81" is 0x81. */
  send(bytes: string): void;
  /**
   * Waits until the text appears among the bytes received.
   *
   * @param timeoutMs how long at most, in ms; 300,000
   * @returns everything up to its end
   * @throws Error when the connection ends, or the time is over, without it;
   *   it shows what came instead
   */
  until(text: string | RegExp, timeoutMs?: number): Promise<string>;
  /** Resolves when the connection is closed, in whatever way. */
  closed: Promise<void>;
}

/**
 * Opens a TCP connection to a port of 127.0.0.1.
 *
 * @throws the system's error, such as ECONNREFUSED
 */
export async function rawClient(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1' });
  let received = '';
  socket.on('data', (bytes) => (received += bytes.toString('latin1')));
  // A reset is one of the ways to be closed; the test looks at the bytes.
  socket.on('error', () => {});
  const closed = new Promise<void>((resolve) => socket.on('close', resolve));
  await once(socket, 'connect');
  const gone = closeSignal(socket);

  return {
    socket,
    closed,
    get received() {
      return received;
    },
    send(bytes) {
      socket.write(bytes, 'latin1');
    },
    async until(text, timeoutMs = 300_000) {
      const giveUp = AbortSignal.timeout(timeoutMs);
      const ended = AbortSignal.any([giveUp, gone]);
      for (;;) {
        const end = endOf(text, received);
        if (end !== undefined) return received.slice(0, end);
        try {
          await once(socket, 'data', { signal: ended });
        } catch {
          throw new Error(
            `Waited for ${String(text)}; ` +
              (giveUp.aborted
                ? `${timeoutMs} ms went by`
                : 'the connection was closed') +
              `. These bytes came:\n${JSON.stringify(received)}`,
          );
        }
      }
    },
  };
}

function endOf(text: string | RegExp, received: string): number | undefined {
  if (typeof text === 'string') {
    const start = received.indexOf(text);
    return start < 0 ? undefined : start + text.length;
  }
  const match = text.exec(received);
  return match ? match.index + match[0].length : undefined;
}

function closeSignal(socket: Socket): AbortSignal {
  const controller = new AbortController();
  socket.once('close', () => controller.abort());
  return controller.signal;
}
