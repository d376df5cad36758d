/** GOAWAY: how a connection ends without losing anything. RFC 9113, 6.8. */
import type { Http2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Exchange } from './exchange.ts';

/** Says that this connection takes no further streams, and then ends it. */
export function sendGoaway(session: Http2Session, deadline: number) {
  // GOAWAY names the last stream that is still served. Who has opened a later
  // one knows that nothing was done about it, and asks again elsewhere.
  session.close();

  // Streams that run may finish. Some never do: they have until here.
  const timer = setTimeout(() => session.destroy(), deadline);
  session.on('close', () => clearTimeout(timer));
}

/** Ends the connection that asks for it. */
export function endConnection(exchange: Exchange, deadline: number) {
  const { request, response } = exchange;
  response.statusCode = 204;
  if ('stream' in request) {
    response.end();
    sendGoaway(request.stream.session!, deadline);
  } else {
    // HTTP/1.1 says it in a header, in every answer anew.
    response.setHeader('Connection', 'close');
    response.end();
  }
}

/** Makes a function that ends servers: politely, but not for ever. */
export function leaver(servers: Server[], deadline: number) {
  const sessions = new Set<Http2Session>();
  const sockets = new Set<Socket>();
  for (const server of servers) {
    server.on('session', (session: Http2Session) => {
      sessions.add(session);
      session.on('close', () => sessions.delete(session));
    });
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
  }

  return async () => {
    const closed = servers.map(
      (server) => new Promise((done) => server.close(done)),
    );
    for (const session of sessions) sendGoaway(session, deadline);

    // HTTP/1.1 has no goodbye: when the time is over, the line is cut.
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, deadline);
    await Promise.all(closed);
    clearTimeout(timer);
  };
}
