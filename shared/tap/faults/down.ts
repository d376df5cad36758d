import type { FaultKind } from './kind.ts';

/** Resets every connection. */
export const down: FaultKind<never> = {
  name: 'down',
  sentence:
    'As if the process of the server were gone: open connections are reset (RST), and new ones as soon as the tap has accepted them. Without a tap, a machine without that process refuses new ones.',
  usual: 'each',
  directed: false,
  parameters: {},
  describe: () =>
    'Resets every connection, new ones as soon as they are accepted.',
  start: () => ({
    watch(target) {
      target.cut('rst', 'down', 'reset: the server is down');
      return () => {};
    },
  }),
};
