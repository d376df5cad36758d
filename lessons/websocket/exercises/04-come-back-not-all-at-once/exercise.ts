/**
 * A WebSocket that reconnects, and whose messages are carried out once.
 * Broken on purpose: see README.md.
 */

/** Where to connect, and how long to wait. */
export interface ConnectOptions {
  url: string;
  /** ms of the first wait, at most. */
  first: number;
  /** ms of any wait, at most. */
  longest: number;
  /** ms after which a connection has lasted. */
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
    /** Has the server carry it out, once. */
    send(text: string) {
      // TODO: it may not be open yet; it may break before the ack comes.
      socket.send(JSON.stringify({ id: crypto.randomUUID(), text }));
    },
    close() {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
    },
  };
}
