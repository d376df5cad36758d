// Sent twice, done once: the first response to each key is lost on purpose.
import { createServer } from 'node:http';

const done = new Map<string, number>();
const server = createServer((request, response) => {
  response.setHeader('Cache-Control', 'no-store');
  const key = String(request.headers['idempotency-key']);
  const known = done.get(key);
  if (known !== undefined) return response.end(`announcement ${known}\n`);
  done.set(key, done.size + 1);
  console.log(`spoken: announcement ${done.size}`);
  request.socket.destroy();
});
server.listen(Number(process.env.PORT ?? 4001), '127.0.0.1');
