// Right, and different: a class, ids of one random part and a number, the text
// before the id, and the lot from `crypto`.

class Speaker {
  readonly #wishes;
  readonly #waiting = new Set<string>();
  readonly #run = Math.random().toString(36).slice(2);
  #n = 0;
  #exponent = 0;
  #socket: WebSocket | undefined;
  #timers: ReturnType<typeof setTimeout>[] = [];
  #isOver = false;

  constructor(wishes: {
    url: string;
    first: number;
    longest: number;
    steady: number;
  }) {
    this.#wishes = wishes;
    this.#open();
  }

  say(text: string) {
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
    const { url, steady } = this.#wishes;
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
    socket.addEventListener('close', () => this.#comeBack());
  }

  #comeBack() {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
    if (this.#isOver) return;
    const { first, longest } = this.#wishes;
    const [lot = 0] = crypto.getRandomValues(new Uint32Array(1));
    const most = Math.min(longest, first * Math.pow(2, this.#exponent));
    this.#exponent += 1;
    this.#timers.push(setTimeout(() => this.#open(), (lot / 2 ** 32) * most));
  }
}

export const connect = (wishes: ConstructorParameters<typeof Speaker>[0]) =>
  new Speaker(wishes);
