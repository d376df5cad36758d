/** A comparison that was written down, not measured: for tests of its looks. */
import type { Comparison } from '../compare.ts';
import { figuresOf } from '../figures.ts';
import type { Turn } from '../measure.ts';
import { transports } from '../transports/transports.ts';

const turn: Turn = {
  delivery: { times: [1, 2, 3, 40], lost: 1, doubled: 0 },
  traffic: {
    up: 400,
    down: 800,
    payload: 600,
    roundTrips: 4,
    connections: 1,
    transportOverhead: 624,
  },
  cut: { ms: 500, lost: 2, doubled: 0 },
  restart: { ms: 2000, lost: 0, doubled: 0 },
};
const later: Turn = { ...turn, cut: { ms: 900, lost: 0, doubled: 1 } };

export function madeUpComparison(): Comparison {
  const [polling, , , , sse, websocket] = transports;
  return {
    version: '0.1.0+bbf1e7c',
    machine: 'Linux, 2 cores',
    browser: 'Chromium 1',
    command: 'pnpm compare --only "<b>"',
    seed: 'seed',
    rounds: 2,
    updates: 4,
    every: 200,
    networks: [
      {
        faults: [],
        transports: [
          { transport: polling!, figures: figuresOf([turn, later]) },
          { transport: sse!, figures: figuresOf([turn]) },
          {
            transport: websocket!,
            failed: 'It said <script>alert(1)</script>.',
          },
        ],
      },
    ],
    loads: [
      {
        transport: sse!,
        loads: [
          {
            clients: 1000,
            memory: 16_384,
            cpu: 41.6,
            arrived: 5000,
            wanted: 5000,
            generator: 0.2,
          },
          { clients: 90_000, blank: 'too many open files' },
        ],
      },
      {
        transport: websocket!,
        loads: [
          {
            clients: 1000,
            cpu: 12,
            arrived: 4999,
            wanted: 5000,
            generator: 0.9,
          },
        ],
      },
    ],
  };
}
