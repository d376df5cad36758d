/** The panels of a run that goes on. */
import { makeBrokenNow, makeBrokenVoice } from './broken-now.ts';
import { startCounts } from './counts.ts';
import { startDiagram } from './diagram.ts';
import { startFaults } from './faults.ts';
import { startFollow } from './follow.ts';
import { startLinks } from './links.ts';
import { live } from './live.ts';
import { makeWire } from './pane.ts';
import { startSave } from './save.ts';
import { makeFaultSetter, type FaultSetter } from './set-faults.ts';
import { startWaterfall } from './waterfall.ts';

/** Fills an element with the live run and all that can be done with it. */
export function makeLiveWire(
  container: HTMLElement,
): ReturnType<typeof makeWire> & { faults: FaultSetter } {
  const wire = makeWire(container, live);
  const setter = makeFaultSetter();
  const links = wire.addPanel('Links');
  startLinks(links.panel, links.button, live, setter);
  const faults = wire.addPanel('Break it');
  startFaults(faults.panel, faults.button, setter);
  container.firstElementChild!.after(
    makeBrokenNow(setter, 'in the wire', () => faults.button),
    makeBrokenVoice(setter),
  );
  startDiagram(wire.addPanel('Diagram').panel, live);
  startCounts(wire.addPanel('Counts').panel, live);
  startWaterfall(wire.addPanel('Waterfall').panel, live, wire.open);
  startFollow(wire, live);
  startSave(wire.addPanel('Save').panel, () => wire.chosen);
  return Object.assign(wire, { faults: setter });
}
