// Right, and different: one timer after the other, ended by what comes. The
// options have the names that an early build gave them.

import type { WebSocket as Client } from 'ws';

export function watchPulse(client: Client, pause: number) {
  const cut = () => client.terminate();
  let timer = setTimeout(ask, pause);
  function ask() {
    client.ping();
    timer = setTimeout(cut, pause);
  }
  client.on('pong', () => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  });
  client.on('close', () => clearTimeout(timer));
}

export function watchServer(
  socket: WebSocket,
  given: { pause: number; patience: number; lost: () => void },
) {
  let timer: ReturnType<typeof setTimeout>;
  const isOver = () => socket.readyState > 1;
  const rest = () => {
    clearTimeout(timer);
    if (!isOver()) timer = setTimeout(ask, given.pause);
  };
  const giveUp = () => {
    if (isOver()) return;
    socket.close();
    given.lost();
  };
  function ask() {
    if (isOver()) return;
    socket.send(`{ "kind": "ping" }`);
    timer = setTimeout(giveUp, given.patience);
  }
  socket.addEventListener('message', rest);
  rest();
}
