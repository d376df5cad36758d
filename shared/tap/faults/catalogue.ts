import { bandwidth } from './bandwidth.ts';
import { buffer } from './buffer.ts';
import { down } from './down.ts';
import { idle } from './idle.ts';
import { joiner } from './joiner.ts';
import type { FaultKind } from './kind.ts';
import { latency } from './latency.ts';
import { limit } from './limit.ts';
import { reset } from './reset.ts';
import { silence } from './silence.ts';
import { slicer } from './slicer.ts';
import { slowClose } from './slow-close.ts';
import { stall } from './stall.ts';
import { status } from './status.ts';

/**
 * All faults there are, in the order in which bytes meet them: from the proxy
 * beside the server, over the network, to the system of the receiver.
 */
export const faultKinds: readonly FaultKind[] = [
  status,
  buffer,
  bandwidth,
  latency,
  stall,
  silence,
  joiner,
  slicer,
  slowClose,
  limit,
  reset,
  idle,
  down,
];

/** Several faults under one name. */
export interface Preset {
  name: string;
  title: string;
  sentence: string;
  /** As they would be written on the command line. */
  faults: readonly string[];
}

/** All presets there are. */
export const presets: readonly Preset[] = [
  {
    name: 'not-localhost',
    title: 'Not localhost',
    sentence:
      'What happens on a real network, and almost never on localhost: 80 ms in each direction, messages that arrive in parts, and several that arrive at once.',
    faults: ['latency=80ms', 'joiner', 'slicer'],
  },
];
