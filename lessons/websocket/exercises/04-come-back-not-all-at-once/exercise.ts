/**
 * A WebSocket that comes back, and says everything once.
 * Broken on purpose: see README.md.
 */

/** Where to connect, and how long to wait. */
export interface Wishes {
  url: string;
  /** ms of the first wait, at most. */
  first: number;
  /** ms of any wait, at most. */
  longest: number;
  /** ms after which a connection counts as a good one. */
  steady: number;
}

/** Connects, and comes back until it is closed. */
export function connect(wishes: Wishes) {
  const { url, first } = wishes;
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;

  function open() {
    socket = new WebSocket(url);
    // TODO: fifty others have lost the same server in the same moment.
    socket.onclose = () => (timer = setTimeout(open, first));
  }

  open();
  return {
    /** Has the server do it, once. */
    say(text: string) {
      // TODO: it may not be open yet; it may break before there is an ack.
      socket.send(JSON.stringify({ id: crypto.randomUUID(), text }));
    },
    close() {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
    },
  };
}
