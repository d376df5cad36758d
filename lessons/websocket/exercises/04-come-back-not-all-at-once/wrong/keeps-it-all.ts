// Wrong: what has an ack is said again.
// Told: What has an ack is said again

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
  const waiting = new Map<string, string>();
  let socket: WebSocket;
  let timer: ReturnType<typeof setTimeout>;
  let failures = 0;

  function open() {
    socket = new WebSocket(url);
    socket.onopen = () => {
      for (const [id, text] of waiting) send(id, text);
      timer = setTimeout(() => (failures = 0), steady);
    };
    socket.onmessage = ({ data }) => {
      JSON.parse(String(data));
    };
    socket.onclose = () => {
      clearTimeout(timer);
      const most = Math.min(longest, first * 2 ** failures);
      timer = setTimeout(open, Math.random() * most);
      failures += 1;
    };
  }

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
