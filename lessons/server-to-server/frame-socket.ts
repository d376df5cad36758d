/** The raw socket, both sides: frames go one way, and nothing the other. */
import { connect, createServer, type Socket } from 'node:net';
import { encodeFrame, FrameReader } from './frame.ts';

/** The sender's side. @param url `tcp://127.0.0.1:4011` */
export function openFrameSocket(url: string) {
  const { hostname: host, port } = new URL(url);
  let socket: Socket | undefined;
  const counts = { written: 0 };
  return {
    counts,
    /**
     * Hands a text to the system. Nobody will say whether it arrives: what is
     * on its way when the connection is reset is lost, without a word.
     */
    send(text: string) {
      if (!socket || socket.destroyed) {
        socket = connect({ host, port: Number(port) });
        socket.on('error', () => {});
      }
      socket.write(encodeFrame(text));
      counts.written += 1;
    },
    close: () => void socket?.destroy(),
  };
}

/** The receiver's side: a frame that is too long ends the connection. */
export function hearFrames(hear: (text: string) => void) {
  return createServer((socket) => {
    const reader = new FrameReader();
    socket.on('error', () => {});
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const text of reader.feed(bytes)) hear(text);
      } catch {
        socket.destroy();
      }
    });
  });
}
