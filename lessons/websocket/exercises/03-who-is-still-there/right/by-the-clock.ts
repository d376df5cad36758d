// Right, and different: the server pings at once; the page notes the time of
// each heartbeat that nothing came after, and looks at the oldest.

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
  ping();
}

interface Options {
  intervalMs: number;
  timeoutMs: number;
  lost: () => void;
}

export function watchServer(socket: WebSocket, options: Options) {
  const { intervalMs, timeoutMs, lost } = options;
  let open: number[] = [];
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const interval = setInterval(() => {
    socket.send(JSON.stringify({ kind: 'ping' }));
    open.push(Date.now());
    timers.add(setTimeout(look, timeoutMs));
  }, intervalMs);
  function look() {
    const [oldest = Infinity] = open;
    if (oldest > Date.now() - timeoutMs) return;
    end();
    socket.close(4000, 'nobody there');
    lost();
  }
  const end = () => {
    clearInterval(interval);
    timers.forEach(clearTimeout);
  };
  socket.onmessage = () => {
    open = [];
  };
  socket.onclose = end;
}
