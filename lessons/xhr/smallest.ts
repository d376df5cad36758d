// One request, one response, with nothing but Node: it tells what it received.
import { createServer } from 'node:http';

let n = 0;
const server = createServer((request, response) => {
  n += 1;
  const { method, url, headers } = request;
  console.log(`${n}. ${method} ${url}`);
  response.setHeader('Content-Type', 'application/json');
  response.setHeader('Cache-Control', 'no-store');
  response.end(JSON.stringify({ n, method, url, headers }, null, 2));
});
server.listen(Number(process.env.PORT ?? 4001), '127.0.0.1');
