/** GOAWAY: closing a connection without losing a request. RFC 9113, 6.8. */
import type { Http2Session } from 'node:http2';
import type { Server, Socket } from 'node:net';
import type { Exchange } from './exchange.ts';

/**
 * Says that this connection takes no new streams, and closes it when those that
 * run have finished, or after the deadline. GOAWAY names the last stream that
 * may have been processed. A client can send requests of later streams again,
 * over another connection.
 *
 * @param deadline ms from now
 */
export function sendGoaway(session: Http2Session, deadline: number) {
  // Node calls a connection a session. This sends GOAWAY on it.
  session.close();

  // Streams that run may finish. Some never do, so they get a deadline.
  const timer = setTimeout(() => session.destroy(), deadline);
  session.on('close', () => clearTimeout(timer));
}

/** Ends the connection over which this request came. */
export function endConnection(exchange: Exchange, deadline: number) {
  const { request, response } = exchange;
  response.statusCode = 204;
  if ('stream' in request) {
    // A moment later: WebKitGTK 2.50 loses a response with GOAWAY behind it.
    const { session } = request.stream;
    response.end(() => setTimeout(sendGoaway, 20, session, deadline));
  } else {
    // HTTP/1.1 says it in a header of the response.
    response.setHeader('Connection', 'close');
    response.end();
  }
}

/**
 * Makes a function that drains servers: they accept nothing new, and what runs
 * may finish until the deadline.
 *
 * @param deadline ms
 */
export function createDrain(servers: Server[], deadline: number) {
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

    // HTTP/1.1 has no GOAWAY: at the deadline its connections are cut.
    const timer = setTimeout(() => {
      for (const socket of sockets) socket.destroy();
    }, deadline);
    await Promise.all(closed);
    clearTimeout(timer);
  };
}
