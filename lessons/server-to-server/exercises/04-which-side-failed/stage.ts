/**
 * In the learner's process: a clock that the check moves, what came in from the
 * upstream, what the browsers were told, and a name server that never responds.
 */
import { subscribe } from 'node:diagnostics_channel';
import dns from 'node:dns';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { stopClock } from '@on-the-wire/system/clock.ts';

const clock = stopClock({ sockets: true });
let happened = Promise.withResolvers<void>();

function tell() {
  happened.resolve();
  happened = Promise.withResolvers();
}

/** So many ms pass, and what was due then is done. */
export async function pass(_mine: object, ms: number) {
  await clock.elapse(ms);
  await goOn();
}

/** What has come in may take some turns until its reader has it. */
async function goOn() {
  for (let n = 0; n < 20; n += 1) await turn();
}

/** The requests that came to the gateway, with its responses. */
const exchanges: { request: IncomingMessage; response: ServerResponse }[] = [];
subscribe('http.server.request.start', (message) => {
  exchanges.push(message as (typeof exchanges)[number]);
});

/** The status code that the last request for this path got so far; or 0. */
export function told(_mine: object, path: string) {
  const last = exchanges.findLast(({ request }) => request.url === path);
  return last?.response.headersSent ? last.response.statusCode : 0;
}

let received = '';
subscribe('net.client.socket', (message) => {
  const { socket } = message as { socket: Socket };
  // Not by 'data': a listener would set the stream going.
  const push = socket.push.bind(socket);
  socket.push = (piece: Buffer | null) => {
    received += piece?.toString('latin1') ?? '';
    const pushed = push(piece);
    tell();
    return pushed;
  };
  socket.on('close', tell);
});

/** Resolves when this has come from an upstream. */
export async function came(_mine: object, text: string) {
  while (!received.includes(text)) await happened.promise;
  await goOn();
}

const asked: string[] = [];

/** From now on no name is ever found, and nobody says so. */
export function loseNames() {
  // A name that is being looked up is a connection that does not stand.
  dns.lookup = ((name: string) => {
    asked.push(name);
    tell();
  }) as unknown as typeof dns.lookup;
}

/** Resolves when somebody has asked for a name. */
export async function named() {
  while (asked.length === 0) await happened.promise;
  await goOn();
}
