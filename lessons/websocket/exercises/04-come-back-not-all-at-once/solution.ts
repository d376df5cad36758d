/**
 * A WebSocket that comes back, and says everything once.
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
export function connect({ url, first, longest, steady }: Wishes) {
  // Why kept until the ack: whether the words or the ack got lost, nobody here
  // can tell. Said again under the same id, they are done once either way.
  const waiting = new Map<string, string>();
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;
  let failures = 0;

  function open() {
    socket = new WebSocket(url);
    socket.onopen = () => {
      for (const [id, text] of waiting) send(id, text);
      // Why not at once: a server that accepts and falls over would be asked
      // again without a pause, by everybody.
      timer = setTimeout(() => (failures = 0), steady);
    };
    socket.onmessage = ({ data }) => {
      const { ack } = JSON.parse(String(data)) as { ack: string };
      waiting.delete(ack);
    };
    socket.onclose = () => {
      clearTimeout(timer);
      // Why the whole wait by lot: they all lost it in the same moment. Any
      // part of the wait that is the same for all, is a crowd again.
      const most = Math.min(longest, first * 2 ** failures);
      timer = setTimeout(open, Math.random() * most);
      failures += 1;
    };
  }

  // Why asked: while it connects `send` throws, and afterwards it is silent.
  function send(id: string, text: string) {
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify({ id, text }));
  }

  open();
  return {
    /** Has the server do it, once. */
    say(text: string) {
      const id = crypto.randomUUID();
      waiting.set(id, text);
      send(id, text);
    },
    close() {
      clearTimeout(timer);
      socket.onclose = null;
      socket.onopen = null;
      socket.close();
    },
  };
}
