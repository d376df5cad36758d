// Right, and different: a class, ids of one random part and a number, the text
// before the id, and the jitter from `crypto`.

class Connection {
  readonly #options;
  readonly #waiting = new Set<string>();
  readonly #run = Math.random().toString(36).slice(2);
  #n = 0;
  #exponent = 0;
  #socket: WebSocket | undefined;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #isOver = false;

  constructor(options: {
    url: string;
    first: number;
    longest: number;
    steady: number;
  }) {
    this.#options = options;
    this.#open();
  }

  send(text: string) {
    this.#n += 1;
    const line = JSON.stringify({ text, id: `${this.#run}/${this.#n}` });
    this.#waiting.add(line);
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(line);
  }

  close() {
    this.#isOver = true;
    this.#timers.forEach(clearTimeout);
    this.#socket?.close(1000, 'enough');
  }

  #open() {
    if (this.#isOver) return;
    const { url, steady } = this.#options;
    const socket = new WebSocket(url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#timers.push(setTimeout(() => (this.#exponent = 0), steady));
      for (const line of this.#waiting) socket.send(line);
    });
    socket.addEventListener('message', ({ data }) => {
      const { ack } = JSON.parse(String(data)) as { ack: string };
      for (const line of this.#waiting)
        if ((JSON.parse(line) as { id: string }).id === ack)
          this.#waiting.delete(line);
    });
    socket.addEventListener('close', () => this.#reconnect());
  }

  #reconnect() {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    if (this.#isOver) return;
    const { first, longest } = this.#options;
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    const most = Math.min(longest, first * Math.pow(2, this.#exponent));
    this.#exponent += 1;
    this.#timers.push(
      setTimeout(() => this.#open(), (random / 2 ** 32) * most),
    );
  }
}

export const connect = (options: ConstructorParameters<typeof Connection>[0]) =>
  new Connection(options);
