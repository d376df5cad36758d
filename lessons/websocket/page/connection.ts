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
  /** Where to connect, with the last id; may have to ask, or throw `NotNow`. */
  url(): string | Promise<string>;
}

/** Why there is no connection now. */
export class NotNow extends Error {
  override name = 'NotNow';
  /** ms to stay away; `Infinity` if another attempt makes no sense. */
  readonly waitMs: number;
  constructor(message: string, waitMs: number) {
    super(message);
    this.waitMs = waitMs;
  }
}

const first = 500; // ms: the longest first wait
const longest = 15_000; // ms: the longest wait of all
const steady = 5_000; // a connection open for so many ms is stable
const intervalMs = 10_000; // between two heartbeats
const timeoutMs = 5_000; // until something must have come after a heartbeat
const unauthorized = 3000; // registered at IANA: what let us in has expired
const tooMany = 4029; // our own: the reason says how long to stay away
const reload = 4426; // our own: this page is of another version
const longestTimer = 2 ** 31 - 1; // ms: a longer one would fire at once

export class Connection {
  readonly #watcher: Watcher;
  #socket: WebSocket | undefined;
  #failures = 0;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #isWanted = false;
  #attempt = 0; // counts them: a URL may come when it is no longer wanted
  #notBefore = 0; // ms, as of performance.now()
  #isRefused = false; // by 3000, and since then not open for long

  constructor(watcher: Watcher) {
    this.#watcher = watcher;
  }

  open() {
    this.#isWanted = true;
    this.#socket = undefined;
    this.#forgetTimers();
    // No attempt is made earlier than the server has said.
    const early = this.#notBefore - performance.now();
    if (early > 0) return this.#waitToOpen(early, 'not yet');
    this.#watcher.onState('connecting', '');
    const attempt = (this.#attempt += 1);
    const isLatest = () => attempt === this.#attempt;
    const url = this.#watcher.url();
    if (typeof url === 'string') return this.#connect(url);
    url.then(
      (text) => isLatest() && this.#connect(text),
      (error) => isLatest() && this.#hasNone(error),
    );
  }

  // No URL: the server says when to retry, or that this makes no sense; or
  // it says nothing.
  #hasNone(error: Error) {
    const waitMs = error instanceof NotNow ? error.waitMs : 0;
    if (waitMs < Infinity) return this.#reconnect(error.message, waitMs);
    this.#isWanted = false;
    this.#reconnect(error.message);
  }

  #connect(url: string) {
    let socket: WebSocket;
    try {
      socket = new WebSocket(url, 'board.v1');
    } catch (error) {
      // What a page from https may not open. Another attempt would not help.
      const { name, message } = error as Error;
      this.#isWanted = false;
      return this.#watcher.onState('closed', `${name}: ${message}`);
    }
    // Otherwise bytes come as a Blob, which can be read only later.
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;

    socket.onopen = () => {
      this.#watcher.onState('open', socket.protocol);
      // Not at once: a server that accepts connections and then crashes would
      // get one attempt after the other without a pause.
      this.#later(steady, () => {
        this.#failures = 0;
        this.#isRefused = false;
      });
      this.#heartbeat();
    };
    socket.onmessage = ({ data }) => {
      this.#isAlive = true;
      if (data !== '{"kind":"pong"}') this.#watcher.onMessage(data);
    };
    // After a handshake that failed, `error` comes first. It says nothing more.
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket) return;
      // Once more, with something better than what has expired. If that is not
      // good enough either, there is no third time.
      if (code === unauthorized) {
        if (this.#isRefused) this.#isWanted = false;
        this.#isRefused = true;
      }
      // Another attempt would offer the same version.
      if (code === reload) this.#isWanted = false;
      const waitMs = code === tooMany ? retryAfterMs(reason) : 0;
      this.#reconnect(`${code} ${reason}`, waitMs);
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
    this.#attempt += 1;
    this.#isRefused = false;
    this.#forgetTimers();
    const enough = 'the page has enough';
    if (this.#socket) this.#socket.close(1000, enough);
    else this.#watcher.onState('closed', enough); // it was waiting
  }

  #reconnect(why: string, waitMs = 0) {
    this.#socket = undefined;
    this.#forgetTimers();
    this.#notBefore = performance.now() + waitMs;
    if (!this.#isWanted) return this.#watcher.onState('closed', why);
    // Jitter comes on top: they all have been told the same time.
    this.#waitToOpen(waitMs + backoff(this.#failures), why);
    this.#failures += 1;
  }

  #waitToOpen(ms: number, why: string) {
    this.#watcher.onState('waiting', why);
    this.#later(Math.min(ms, longestTimer), () => this.open());
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

/**
 * How many ms a server wants us to stay away: the value of the header field
 * Retry-After (RFC 9110, 10.2.3), in seconds or as a date, or a close reason
 * that says the same. 0 if it says nothing.
 */
export function retryAfterMs(text: string | null) {
  const value = text?.replace(/^Retry-After: /, '').trim() ?? '';
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  return Math.max(0, Date.parse(value) - Date.now()) || 0;
}
