// Right, and different: remembers when it last heard something, and sends
// heartbeats at fixed times, whenever the last response came.

import type { WebSocket as Client } from 'ws';

export function watchPulse(client: Client, intervalMs: number) {
  let pings = 0;
  let ponged = 0;
  const timer = setInterval(ping, intervalMs);
  client.addListener('pong', () => (ponged = pings));
  client.once('close', () => clearInterval(timer));
  function ping() {
    if (ponged < pings) {
      clearInterval(timer);
      client.terminate();
    } else client.ping(String(++pings));
  }
}

interface Options {
  intervalMs: number;
  timeoutMs: number;
  lost: () => void;
}

export function watchServer(socket: WebSocket, options: Options) {
  const { intervalMs, timeoutMs, lost } = options;
  let lastHeard = Date.now();
  let watch: ReturnType<typeof setTimeout> | undefined;
  const interval = setInterval(() => {
    const sent = Date.now();
    socket.send(JSON.stringify({ kind: 'ping', at: sent }));
    clearTimeout(watch);
    watch = setTimeout(() => {
      if (lastHeard >= sent) return;
      end();
      socket.close(4000, 'nobody there');
      lost();
    }, timeoutMs);
  }, intervalMs);
  const end = () => {
    clearInterval(interval);
    clearTimeout(watch);
  };
  socket.onmessage = () => {
    lastHeard = Date.now();
  };
  socket.onclose = end;
}
