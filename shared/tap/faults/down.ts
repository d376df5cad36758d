import type { FaultKind } from './kind.ts';

/** Resets every connection. */
export const down: FaultKind<never> = {
  name: 'down',
  sentence:
    'The server is gone: live connections are torn down, new ones too, as soon as they are made. Lift it, and it is back.',
  usual: 'each',
  directed: false,
  parameters: {},
  describe: () => 'Tears down every connection, the new ones as well.',
  start: () => ({
    watch(target) {
      target.cut('rst', 'down', 'the server is down');
      return () => {};
    },
  }),
};
