/** The figures of one transport, from all its turns. */
import { percentile, spreadOf, type Spread } from './statistics.ts';
import type { Recovery, Turn } from './measure.ts';

/** What is known of one transport on one network. */
export interface Figures {
  /** ms from update to arrival: half of all are faster, 99 of 100 are. */
  p50: Spread;
  p99: Spread;
  /** For one update: bytes to the server and from it. */
  up: Spread;
  down: Spread;
  /** Of both directions, for one update: what was to be sent, and the rest. */
  payload: Spread;
  overhead: Spread;
  /** For one update, an estimate: what TCP, IP and TLS add. */
  transportOverhead: Spread;
  /** For one update. */
  roundTrips: Spread;
  connections: Spread;
  /** Of all updates of all rounds. */
  told: number;
  lost: number;
  doubled: number;
  cut?: Recovered;
  restart?: Recovered;
}

/** How its pages recovered from cuts, or from restarts. */
export interface Recovered {
  ms: Spread;
  lost: number;
  doubled: number;
}

/**
 * @param turns of one transport, at least one
 * @returns undefined fields where it was not tried
 */
export function figuresOf(turns: readonly Turn[]): Figures {
  const spread = (figure: (turn: Turn) => number) =>
    spreadOf(turns.map(figure));
  const perUpdate = (figure: (turn: Turn) => number) =>
    spread((turn) => figure(turn) / updatesOf(turn));
  const sum = (figure: (turn: Turn) => number) =>
    turns.reduce((total, turn) => total + figure(turn), 0);
  const cuts = turns.flatMap(({ cut }) => cut ?? []);
  const restarts = turns.flatMap(({ restart }) => restart ?? []);
  return {
    p50: spread(({ delivery }) => percentile(delivery.times, 50)),
    p99: spread(({ delivery }) => percentile(delivery.times, 99)),
    up: perUpdate(({ traffic }) => traffic.up),
    down: perUpdate(({ traffic }) => traffic.down),
    payload: perUpdate(({ traffic }) => traffic.payload),
    overhead: perUpdate(
      ({ traffic: { up, down, payload } }) => up + down - payload,
    ),
    transportOverhead: perUpdate(({ traffic }) => traffic.transportOverhead),
    roundTrips: perUpdate(({ traffic }) => traffic.roundTrips),
    connections: spread(({ traffic }) => traffic.connections),
    told: sum(updatesOf),
    lost: sum(({ delivery }) => delivery.lost),
    doubled: sum(({ delivery }) => delivery.doubled),
    ...(cuts.length > 0 && { cut: recoveredOf(cuts) }),
    ...(restarts.length > 0 && { restart: recoveredOf(restarts) }),
  };
}

const updatesOf = ({ delivery }: Turn) => delivery.times.length;

function recoveredOf(recoveries: readonly Recovery[]): Recovered {
  const sum = (key: 'lost' | 'doubled') =>
    recoveries.reduce((total, recovery) => total + recovery[key], 0);
  return {
    ms: spreadOf(recoveries.map(({ ms }) => ms)),
    lost: sum('lost'),
    doubled: sum('doubled'),
  };
}
