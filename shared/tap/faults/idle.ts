import type { FaultKind } from './kind.ts';
import { quantity } from './units.ts';

/** Closes idle connections. */
export const idle: FaultKind<'after'> = {
  name: 'idle',
  sentence:
    'Closes (FIN) a connection that was idle: no byte in either direction for this time. Proxies and load balancers do so, often after 60 seconds.',
  usual: 'each',
  directed: false,
  parameters: {
    after: {
      label: 'after',
      meaning: 'how long it may be idle',
      unit: 'ms',
      least: 10,
      most: 3_600_000,
      usual: 60_000,
    },
  },
  describe: ({ after }) =>
    `Closes each connection that was idle for ${quantity(after, 'ms')}.`,
  start: ({ after }) => ({
    watch(target) {
      const text = `closed: idle for ${quantity(after, 'ms')}`;
      const began = target.now();
      let timer: NodeJS.Timeout;
      let turn: NodeJS.Immediate;
      const look = () => {
        const still = target.now() - Math.max(began, target.lastActivity);
        if (still >= after) target.cut('fin', 'idle', text);
        else lookIn(Math.ceil(after - still));
      };
      // What came while the process stood still (a laptop that slept) is read
      // after the timer, before the immediate.
      const lookIn = (ms: number) => {
        timer = setTimeout(() => (turn = setImmediate(look)), ms);
      };
      lookIn(after);
      return () => {
        clearTimeout(timer);
        clearImmediate(turn);
      };
    },
  }),
};
