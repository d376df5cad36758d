/** The boards of a hundred stations: small responses that take a while. */
import { setTimeout as after } from 'node:timers/promises';
import { BadInput } from '@on-the-wire/shared/board/feed.ts';
import { createTimetable } from '@on-the-wire/shared/board/timetable.ts';
import type { Request } from '@on-the-wire/shared/page/exchange.ts';
import { closeSignal, type Exchange } from './exchange.ts';
import { stations } from './stations.ts';

/** What is sent: one text for each station, some 800 bytes of JSON. */
export const boards = stations.map((station) =>
  JSON.stringify({
    station,
    departures: createTimetable(station).departures(),
  }),
);

const longest = 5_000; // ms that a request may ask for

/** Responds to `/board?station=42&wait=50`, the wait in ms, like a database. */
export async function sendBoard({ request, response, query }: Exchange) {
  const board = boards[Number(query.get('station') ?? NaN)];
  if (!board) {
    throw new BadInput(
      `The station is ${query.get('station')}, expected 0 to 99.`,
    );
  }
  const wait = Number(query.get('wait'));
  if (!(wait >= 0 && wait <= longest)) {
    throw new BadInput(
      `The wait is ${query.get('wait')}, expected 0 to ${longest}.`,
    );
  }

  // The work. Only a reset of this request's stream stops it.
  const signal = wait > 0 ? closeSignal(response) : undefined;
  if (signal) await after(wait, undefined, { signal });

  // The page cannot see which connection a response came over. So we say it.
  response.setHeader('Server-Timing', `c;desc=${connectionOf(request)}`);
  response.setHeader('Content-Type', 'application/json');
  response.end(board);
}

const numbers = new WeakMap<object, number>();
let connections = 0;

/** The number of the connection that a request came over. */
export function connectionOf(request: Request) {
  const connection =
    'stream' in request ? request.stream.session! : request.socket;
  const known = numbers.get(connection);
  if (known !== undefined) return known;
  numbers.set(connection, (connections += 1));
  return connections;
}
