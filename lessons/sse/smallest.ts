// An event stream with nothing but Node: one response that does not end.
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.setHeader('Content-Type', 'text/event-stream');
  response.setHeader('Cache-Control', 'no-cache');
  response.write(': new stream\n\n');
  let n = 0;
  const timer = setInterval(() => {
    n += 1;
    response.write(`id: ${n}\ndata: train ${n} departs\n\n`);
  }, 1000);
  response.on('close', () => clearInterval(timer));
});
server.listen(Number(process.env.PORT ?? 4001), '127.0.0.1');
