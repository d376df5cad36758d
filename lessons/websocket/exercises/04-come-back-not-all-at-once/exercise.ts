/**
 * A WebSocket that reconnects, and whose messages are carried out once.
 * Broken on purpose: see README.md.
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
export function connect(options: ConnectOptions) {
  const { url, first } = options;
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;

  function open() {
    socket = new WebSocket(url);
    // TODO: fifty others have lost the same server at the same moment.
    socket.onclose = () => (timer = setTimeout(open, first));
  }

  open();
  return {
    /** Sends a text, which the server carries out once. */
    send(text: string) {
      // TODO: the socket may not be open yet, or break before the ack comes.
      socket.send(JSON.stringify({ id: crypto.randomUUID(), text }));
    },
    close() {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
    },
  };
}
