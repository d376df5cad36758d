// Right, and different: a list, large numbers for ids, a promise for each wait,
// and how long a connection lasted is measured when it ends. What sends has the
// name that an early build gave it.

import { setTimeout } from 'node:timers/promises';

interface Options {
  url: string;
  first: number;
  longest: number;
  steady: number;
}

export function connect(options: Options) {
  let queue: { id: number; text: string }[] = [];
  // Two clients begin so far apart that they never meet.
  let count = Math.floor(Math.random() * 2 ** 52);
  let current: WebSocket | undefined;
  const life = { isOver: false };

  const once = () =>
    new Promise<number>((resolve) => {
      let since = Number.POSITIVE_INFINITY;
      const socket = new WebSocket(options.url);
      current = socket;
      socket.addEventListener('open', () => {
        since = Date.now();
        queue.forEach((each) => socket.send(JSON.stringify(each)));
      });
      socket.addEventListener('message', ({ data }) => {
        const { ack } = JSON.parse(String(data)) as { ack: number };
        queue = queue.filter(({ id }) => id !== ack);
      });
      socket.addEventListener('close', () => resolve(Date.now() - since));
    });

  async function run() {
    for (let most = options.first; !life.isOver;) {
      const lasted = await once();
      if (lasted >= options.steady) most = options.first;
      const wait = Math.floor(Math.random() * (most + 1));
      await setTimeout(wait);
      most = Math.min(most * 2, options.longest);
    }
  }

  void run();
  return {
    say(text: string) {
      const message = { id: ++count, text };
      queue.push(message);
      if (current?.readyState === 1) current.send(JSON.stringify(message));
    },
    close() {
      life.isOver = true;
      current?.close();
    },
  };
}
