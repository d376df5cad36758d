import type { FaultKind, Parameter } from './kind.ts';
import { UntilBytes } from './stage.ts';
import { quantity } from './units.ts';

/** A direction, as the end of a sentence has it. */
export const DIRECTION_NAMES = {
  up: 'to the server',
  down: 'from the server',
} as const;

/** How many bytes a connection carries before it ends. */
export const afterBytes: Parameter = {
  label: 'after',
  meaning: 'how many bytes pass before',
  unit: 'B',
  least: 1,
  most: 1_000_000_000_000,
  usual: 2000,
};

/** Closes after so many bytes. */
export const limit: FaultKind<'bytes'> = {
  name: 'limit',
  sentence:
    'Closes the connection (FIN) after so many bytes, as if all had been sent: a response that ends too early, without an error from TCP.',
  usual: 'each',
  directed: true,
  parameters: { bytes: afterBytes },
  describe: ({ bytes }) =>
    `Closes each connection after ${quantity(bytes, 'B')}.`,
  start: ({ bytes }) => ({
    stage(context) {
      const text = `closed after ${quantity(bytes, 'B')} ${DIRECTION_NAMES[context.direction]}`;
      return new UntilBytes(context, bytes, () =>
        context.cut('fin', 'limit', text),
      );
    },
  }),
};
