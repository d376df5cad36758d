/** The tap in front of a lesson, and what looks at what goes through it. */
import type { Fault, Tap } from '@on-the-wire/tap/tap.ts';
import type { WireLog } from '@on-the-wire/viewer/live/log.ts';
import type { LessonGroup } from './lesson-group.ts';
import type { LessonServer } from './lesson-server.ts';
import type { LessonAddresses } from './plan-addresses.ts';

/** What the tap stands in front of, and what is kept and printed. */
export interface LessonTapOptions {
  addresses: LessonAddresses;
  server: LessonServer | LessonGroup;
  /** Whether the units are kept for the shell. */
  keepsLog: boolean;
  /** Key and certificate, where browsers speak TLS. */
  certificate: { key: string; cert: string } | undefined;
  /** What is printed of the units, and what writes such a line. */
  wire: 'lines' | 'bytes' | undefined;
  sayWire: (line: string) => void;
  faults: readonly Fault[];
  seed: number | undefined;
  /** What ends it is added here, as soon as there is something to end. */
  closing: (() => unknown)[];
}

/**
 * Starts the tap at the addresses that clients connect to. What takes long to
 * load is loaded here, while the lesson's process starts.
 *
 * @throws Error of the system where a port is in use
 */
export async function startLessonTap({
  addresses,
  server,
  keepsLog,
  certificate,
  wire,
  sayWire,
  faults,
  seed,
  closing,
}: LessonTapOptions): Promise<{ tap: Tap; log?: WireLog }> {
  const [first, ...others] = addresses.links;
  let log: WireLog | undefined;
  const { createTap } = await import('@on-the-wire/tap/tap.ts');
  const tap = createTap({
    target: first.target,
    ...(first.name !== undefined && { link: first.name }),
    ...(certificate && { tls: certificate }),
    ...(seed !== undefined && { seed }),
  });
  closing.push(() => tap.close());
  const { LiveUnits } = await import('@on-the-wire/viewer/live/live-units.ts');
  const { keepMemorySmall } =
    await import('@on-the-wire/viewer/live/small-memory.ts');
  keepMemorySmall();
  const spoken = others.flatMap(({ name: link, protocol }) =>
    link !== undefined && protocol ? [[link, protocol] as const] : [],
  );
  const units = new LiveUnits(tap, Object.fromEntries(spoken));
  if (keepsLog) {
    const { WireLog } = await import('@on-the-wire/viewer/live/log.ts');
    log = new WireLog(tap.recording, units);
  }
  if (wire) {
    const { printCounts, printWire } =
      await import('@on-the-wire/viewer/live/print-wire.ts');
    printWire(tap, units, wire, sayWire);
    closing.push(() => printCounts(units, sayWire));
  }
  await tap.listen(first.port);
  for (const { target, port, name, speaksTls } of others)
    await tap.listenFor(target, port, name, speaksTls);
  // Not before: a fault may name a link.
  tap.setFaults(faults);
  if (certificate) {
    const { followRefused } = await import('./refused.ts');
    followRefused(tap, (refused) => server.state.set({ refused }));
    let before = server.state.current.status;
    server.state.on('change', ({ status }) => {
      const isNew = status !== before;
      before = status;
      // If the server is gone again by then, the first client's connection
      // learns them.
      if (isNew && status === 'ready') tap.learnProtocols().catch(() => {});
    });
  }
  return { tap, ...(log && { log }) };
}
