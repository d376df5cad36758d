/**
 * A WebSocket that reconnects, and whose messages are carried out once.
 */

/** Where to connect, and how long to wait. */
export interface ConnectOptions {
  url: string;
  /** The longest first wait, in ms. */
  first: number;
  /** The longest wait of all, in ms. */
  longest: number;
  /** Once a connection has been open for so many ms, it is stable. */
  steady: number;
}

/** Connects, and reconnects until it is closed. */
export function connect({ url, first, longest, steady }: ConnectOptions) {
  // Why kept until the ack: nobody here can tell whether the message or the ack
  // was lost. Sent again with its id, it is carried out once either way.
  const waiting = new Map<string, string>();
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;
  let failures = 0;

  function open() {
    socket = new WebSocket(url);
    socket.onopen = () => {
      for (const [id, text] of waiting) trySend(id, text);
      // Why not at once: a server that accepts connections and then crashes
      // would get attempts of all its clients without a pause.
      timer = setTimeout(() => (failures = 0), steady);
    };
    socket.onmessage = ({ data }) => {
      const { ack } = JSON.parse(String(data)) as { ack: string };
      waiting.delete(ack);
    };
    socket.onclose = () => {
      clearTimeout(timer);
      // Why the whole wait is random: all clients lost it at the same moment,
      // and a part that is the same for all would keep them together.
      const most = Math.min(longest, first * 2 ** failures);
      timer = setTimeout(open, Math.random() * most);
      failures += 1;
    };
  }

  // Why looked at: while it connects, `send` throws, and once it is closing,
  // `send` does nothing.
  function trySend(id: string, text: string) {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ id, text }));
  }

  open();
  return {
    /** Sends a text, which the server carries out once. */
    send(text: string) {
      const id = crypto.randomUUID();
      waiting.set(id, text);
      trySend(id, text);
    },
    close() {
      clearTimeout(timer);
      socket.onclose = null;
      socket.onopen = null;
      socket.close();
    },
  };
}
