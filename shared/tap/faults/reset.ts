import type { FaultKind } from './kind.ts';
import { afterBytes, DIRECTION_NAMES } from './limit.ts';
import { UntilBytes } from './stage.ts';
import { quantity } from './units.ts';

/** Resets in the middle. */
export const reset: FaultKind<'bytes' | 'time' | 'mean'> = {
  name: 'reset',
  sentence:
    'Resets the connection (RST) in the middle of what it carries, as when a process crashes, or a NAT router has forgotten the connection. What was forwarded before has arrived.',
  usual: 'each',
  directed: true,
  alternatives: true,
  parameters: {
    bytes: afterBytes,
    time: {
      label: 'after',
      meaning: 'how long the connection lives before',
      unit: 'ms',
      least: 1,
      most: 3_600_000,
      usual: 5000,
    },
    mean: {
      ...afterBytes,
      label: 'random',
      meaning: 'how many bytes pass before, on average',
      usual: 20_000,
    },
  },
  describe: ({ bytes, time, mean }) => {
    if (bytes) return `Resets each connection after ${quantity(bytes, 'B')}.`;
    if (time) return `Resets each connection after ${quantity(time, 'ms')}.`;
    return `Resets each connection at random, after ${quantity(mean, 'B')} on average.`;
  },
  start: ({ bytes, time, mean }) => {
    if (time) {
      return {
        watch(target) {
          const text = `reset after ${quantity(time, 'ms')}`;
          const cut = () => target.cut('rst', 'reset', text);
          const timer = setTimeout(cut, time);
          return () => clearTimeout(timer);
        },
      };
    }
    return {
      stage(context) {
        const random = context.random('reset');
        // Any byte may be the one: the gaps are distributed exponentially.
        const at = bytes || Math.ceil(-Math.log(1 - random()) * mean) || 1;
        const text = `reset after ${quantity(at, 'B')} ${DIRECTION_NAMES[context.direction]}`;
        return new UntilBytes(context, at, () =>
          context.cut('rst', 'reset', text),
        );
      },
    };
  },
};
