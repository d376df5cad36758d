/**
 * A WebSocket that comes back. What an EventSource does by itself, one has to
 * write: wait and try again, name the last id, notice a silence.
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

const first = 500; // ms of the first wait, at most
const longest = 15_000; // ms of any wait, at most
const steady = 5_000; // ms after which a connection counts as a good one
const pause = 10_000; // ms between two questions whether somebody is there
const patience = 5_000; // ms that the answer may take

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
      // Only what has lasted is a success. Else a server that accepts and
      // breaks is asked again and again without a pause.
      this.#later(steady, () => (this.#failures = 0));
      this.#askIfAlive();
    };
    socket.onmessage = ({ data }) => {
      this.#isAlive = true;
      if (data !== '{"kind":"pong"}') this.#watcher.onMessage(data);
    };
    // `error` says nothing that `close` does not say, too.
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket) return;
      this.#comeBack(`${code} ${reason}`);
    };
  }

  /** Sends, if there is a connection; before it is open, `send` would throw. */
  send(data: string | Uint8Array<ArrayBuffer>) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(data);
    return true;
  }

  /** Bytes that were given to `send` and have not left yet. */
  get buffered() {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Closes it, and does not come back. */
  close() {
    this.#isWanted = false;
    this.#forgetTimers();
    this.#socket?.close(1000, 'the page has enough');
  }

  #comeBack(why: string) {
    this.#socket = undefined;
    this.#forgetTimers();
    if (!this.#isWanted) return this.#watcher.onState('closed', why);
    this.#watcher.onState('waiting', why);
    this.#later(backoff(this.#failures), () => this.open());
    this.#failures += 1;
  }

  // A connection can die without a word, and a page cannot ping. So it asks in
  // words; any message within the time will do as an answer.
  #isAlive = true;
  #askIfAlive() {
    this.#later(pause, () => {
      this.#isAlive = false;
      this.send('{"kind":"ping"}');
      this.#later(patience, () => {
        if (this.#isAlive) return this.#askIfAlive();
        // Its own close would wait for a goodbye. We do not.
        const dead = this.#socket;
        this.#comeBack(`nothing for ${patience / 1000} s`);
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
 * How many ms to wait after so many failures: twice as long each time, up to a
 * limit, and then anything between nothing and that ("full jitter"). Clients
 * that have lost the same server at the same moment come back spread out.
 */
export function backoff(failures: number, random = Math.random()) {
  return random * Math.min(longest, first * 2 ** failures);
}
