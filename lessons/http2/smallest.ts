// HTTP/2 with nothing but Node: one connection, as many streams as you like.
import { readFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';

const file = new URL('../../.certificates/localhost.pem', import.meta.url);
const [key, cert] = [readFileSync(file), readFileSync(file)];
const server = createSecureServer({ key, cert });
server.on('session', () => console.log('a connection'));
server.on('stream', (stream, headers) => {
  console.log(`stream ${stream.id} requests ${headers[':path']}`);
  const fields = { 'content-type': 'text/plain', 'cache-control': 'no-store' };
  stream.respond({ ':status': 200, ...fields });
  setTimeout(() => stream.end(`train ${stream.id} departs\n`), 1000);
  stream.on('error', () => {});
});
server.listen(Number(process.env.PORT ?? 4001), '127.0.0.1');
