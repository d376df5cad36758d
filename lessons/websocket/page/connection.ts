/**
 * A WebSocket that reconnects. What an EventSource does by itself, a page has
 * to do here: wait and retry, name the last id. And it notices a silence.
 */

export interface Watcher {
  /** Each message of the server: a text, or bytes. */
  onMessage(data: string | ArrayBuffer): void;
  onState(
    state: 'connecting' | 'open' | 'waiting' | 'closed',
    why: string,
  ): void;
  /** Where to connect, with the last id. */
  url(): string;
}

const first = 500; // ms: the longest first wait
const longest = 15_000; // ms: the longest wait of all
const steady = 5_000; // a connection open for so many ms is stable
const intervalMs = 10_000; // between two heartbeats
const timeoutMs = 5_000; // until something must have come after a heartbeat

export class Connection {
  readonly #watcher: Watcher;
  #socket: WebSocket | undefined;
  #failures = 0;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #isWanted = false;

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  open() {
    this.#isWanted = true;
    this.#forgetTimers();
    this.#watcher.onState('connecting', '');
    const socket = new WebSocket(this.#watcher.url(), 'board.v1');
    // Otherwise bytes come as a Blob, which can be read only later.
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;

    socket.onopen = () => {
      this.#watcher.onState('open', socket.protocol);
      // Not at once: a server that accepts connections and then crashes would
      // get one attempt after the other without a pause.
      this.#later(steady, () => (this.#failures = 0));
      this.#heartbeat();
    };
    socket.onmessage = ({ data }) => {
      this.#isAlive = true;
      if (data !== '{"kind":"pong"}') this.#watcher.onMessage(data);
    };
    // After a handshake that failed, `error` comes first. It says nothing more.
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket) return;
      this.#reconnect(`${code} ${reason}`);
    };
  }

  /** Sends if the connection is open; before that, `send` would throw. */
  send(data: string | Uint8Array<ArrayBuffer>) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** Bytes that were given to `send` and have not left yet. */
  get buffered() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Closes the connection, and does not reconnect. */
  close() {
    this.#isWanted = false;
    this.#forgetTimers();
    this.#socket?.close(1000, 'the page has enough');
  }

  #reconnect(why: string) {
    this.#socket = undefined;
    this.#forgetTimers();
    if (!this.#isWanted) return this.#watcher.onState('closed', why);
    this.#watcher.onState('waiting', why);
    this.#later(backoff(this.#failures), () => this.open());
    this.#failures += 1;
  }

  // A connection can die without a close frame, and a page cannot ping. So it
  // sends a message; whatever comes before the timeout proves that it lives.
  // That is over before the next heartbeat, so a boolean is enough.
  #isAlive = true;
  #heartbeat() {
    this.#later(intervalMs, () => {
      this.#isAlive = false;
      this.send('{"kind":"ping"}');
      this.#heartbeat();
      this.#later(timeoutMs, () => {
        if (this.#isAlive) return;
        // Its `close` event would wait for a close frame: 5 s in WebKitGTK,
        // 20 s in Firefox, 60 s in Chromium. We do not.
        const dead = this.#socket;
        this.#reconnect(`nothing for ${timeoutMs / 1000} s`);
        dead?.close();
      });
    });
  }

  #later(ms: number, what: () => void) {
    this.#timers.push(setTimeout(what, ms));
  }

  #forgetTimers() {
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
  }
}

/**
 * How many ms to wait after so many failures. The limit doubles each time, up
 * to `longest` (backoff), and the wait is anything from 0 to that limit (full
 * jitter): clients that lost the same server at the same moment reconnect at
 * different ones.
 */
export function backoff(failures: number, random = Math.random()) {
  return random * Math.min(longest, first * 2 ** failures);
}
