// Right, and different: one timer after the other, each for the time that is
// due next. The options have the names that an early build gave them.

import type { WebSocket as Client } from 'ws';

export function watchPulse(client: Client, pause: number) {
  let waits = false;
  let timer = setTimeout(next, pause);
  function next() {
    if (waits) return client.terminate();
    waits = true;
    client.ping();
    timer = setTimeout(next, pause);
  }
  client.on('pong', () => (waits = false));
  client.on('close', () => clearTimeout(timer));
}

export function watchServer(
  socket: WebSocket,
  given: { pause: number; patience: number; lost: () => void },
) {
  let timer: ReturnType<typeof setTimeout>;
  let due = Date.now() + given.pause;
  let last = Number.POSITIVE_INFINITY;
  const isOver = () => socket.readyState > 1;

  function wait() {
    clearTimeout(timer);
    if (isOver()) return;
    const soon = Math.min(due, last) - Date.now();
    timer = setTimeout(act, Math.max(0, soon));
  }
  function act() {
    if (isOver()) return;
    if (Date.now() >= last) {
      socket.close();
      given.lost();
      return;
    }
    socket.send(`{ "kind": "ping" }`);
    last = Math.min(last, Date.now() + given.patience);
    due += given.pause;
    wait();
  }
  socket.addEventListener('message', () => {
    last = Number.POSITIVE_INFINITY;
    wait();
  });
  socket.addEventListener('close', wait);
  wait();
}
