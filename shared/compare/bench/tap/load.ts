/**
 * The load, in a process of its own: measures one port at a time, on command.
 */
import { once } from 'node:events';
import net from 'node:net';
import { WebSocket } from 'ws';
import { medianOf } from '../../statistics.ts';
import { bulkRequest, LAST, smallRequest } from './exchange.ts';

/** How much to measure. */
export interface LoadPlan {
  port: number;
  /** Messages that are sent and echoed, one after the other. */
  roundTrips: number;
  /** Connections that send a request as soon as they have a response. */
  connections: number;
  /** For how long they do, in milliseconds. */
  duration: number;
  /** Bytes of one download. */
  bulk: number;
}

/** What came of it. */
export interface Measured {
  /** The median round trip, in microseconds. */
  roundTrip: number;
  /** Requests a second, over all connections. */
  requests: number;
  /** Megabytes a second, on one connection. */
  bulk: number;
}

/** What is measured, one after the other. */
export type LoadFigure = keyof Measured;

/** A part of a load, as it is ordered. */
export interface LoadRequest {
  load: LoadPlan;
  part: LoadFigure;
}

/** Its figure; and for requests, how many got a response. */
export interface LoadResponse {
  figure: number;
  responses: number;
}

const host = '127.0.0.1';

const parts = { roundTrip, requests, bulk };

process.on('message', async ({ load, part }: LoadRequest) => {
  const before = requested;
  const figure = await parts[part](load);
  // Those still under way at the end are one for each connection at most.
  process.send!({
    figure,
    responses: requested - before,
  } satisfies LoadResponse);
});
process.once('disconnect', () => process.exit());

async function roundTrip({ port, roundTrips }: LoadPlan): Promise<number> {
  const socket = new WebSocket(`ws://${host}:${port}`);
  await once(socket, 'open');
  const times: number[] = [];
  await new Promise<void>((done) => {
    let sent = 0;
    const send = () => {
      sent = performance.now();
      // As long as each other, and different.
      socket.send(`message ${times.length}`.padEnd(64, '.'));
    };
    socket.on('message', () => {
      times.push(performance.now() - sent);
      if (times.length === roundTrips) done();
      else send();
    });
    send();
  });
  socket.terminate();
  return medianOf(times) * 1000;
}

/** In all rounds: no request is like an earlier one. */
let requested = 0;

async function requests(load: LoadPlan): Promise<number> {
  const { port, connections, duration } = load;
  const sockets = Array.from({ length: connections }, () =>
    net.connect({ host, port, noDelay: true }),
  );
  await Promise.all(sockets.map((socket) => once(socket, 'connect')));
  let answered = 0;
  const sendRequest = (socket: net.Socket) =>
    socket.write(smallRequest(port, requested++), 'latin1');
  for (const socket of sockets) {
    // A response ends with the only line feed that ends a read.
    socket.on('data', (bytes: Buffer) => {
      if (bytes.at(-1) !== LAST || bytes.at(-2) === 0x0d) return;
      answered += 1;
      sendRequest(socket);
    });
    sendRequest(socket);
  }
  const begun = performance.now();
  await new Promise((done) => setTimeout(done, duration));
  const rate = answered / ((performance.now() - begun) / 1000);
  for (const socket of sockets) socket.resetAndDestroy();
  return rate;
}

async function bulk({ port, bulk: length }: LoadPlan): Promise<number> {
  const buffer = Buffer.allocUnsafeSlow(256 * 1024);
  const begun = performance.now();
  const done = Promise.withResolvers<void>();
  let left = length;
  const callback = (bytes: number): boolean => {
    left -= bytes;
    if (left <= 0) done.resolve();
    return true;
  };
  const socket = net.connect({ host, port, onread: { buffer, callback } });
  socket.write(bulkRequest(port, length));
  await done.promise;
  socket.destroy();
  return length / 1e6 / ((performance.now() - begun) / 1000);
}
