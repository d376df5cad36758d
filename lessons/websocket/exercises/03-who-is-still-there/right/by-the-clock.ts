// Right, and different: remembers when it last heard something, and asks
// without a pause between answer and question.

import type { WebSocket as Client } from 'ws';

export function watchPulse(client: Client, pause: number) {
  let asked = 0;
  let answered = 0;
  const timer = setInterval(ask, pause);
  client.addListener('pong', () => (answered = asked));
  client.once('close', () => clearInterval(timer));
  function ask() {
    if (answered < asked) {
      clearInterval(timer);
      client.terminate();
    } else client.ping(String(++asked));
  }
}

interface Wishes {
  pause: number;
  patience: number;
  lost: () => void;
}

export function watchServer(socket: WebSocket, wishes: Wishes) {
  const { pause, patience, lost } = wishes;
  let lastHeard = Date.now();
  let watch: ReturnType<typeof setTimeout> | undefined;
  const interval = setInterval(() => {
    const asked = Date.now();
    socket.send(JSON.stringify({ kind: 'ping', at: asked }));
    clearTimeout(watch);
    watch = setTimeout(() => {
      if (lastHeard >= asked) return;
      end();
      socket.close(4000, 'nobody there');
      lost();
    }, patience);
  }, pause);
  const end = () => {
    clearInterval(interval);
    clearTimeout(watch);
  };
  socket.onmessage = () => {
    lastHeard = Date.now();
  };
  socket.onclose = end;
}
