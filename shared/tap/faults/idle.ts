import type { FaultKind } from './kind.ts';
import { quantity } from './units.ts';

/** Closes connections on which nothing moves. */
export const idle: FaultKind<'after'> = {
  name: 'idle',
  sentence:
    'Closes a connection on which nothing moved for a while, in neither direction: proxies and load balancers do, often after a minute.',
  usual: 'each',
  directed: false,
  parameters: {
    after: {
      label: 'after',
      meaning: 'how long nothing may move',
      unit: 'ms',
      least: 10,
      most: 3_600_000,
      usual: 60_000,
    },
  },
  describe: ({ after }) =>
    `Closes each connection on which nothing moved for ${quantity(after, 'ms')}.`,
  start: ({ after }) => ({
    watch(target) {
      const text = `closed: nothing moved for ${quantity(after, 'ms')}`;
      const began = target.now();
      let timer: NodeJS.Timeout;
      const look = () => {
        const still = target.now() - Math.max(began, target.lastActivity);
        if (still >= after) target.cut('fin', 'idle', text);
        else timer = setTimeout(look, Math.ceil(after - still));
      };
      timer = setTimeout(look, after);
      return () => clearTimeout(timer);
    },
  }),
};
