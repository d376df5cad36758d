/** The wire in the shell: the live run, and links to one of its units. */
import { own } from './elements.ts';
import { choosePane } from './panes.ts';
import { startCounts } from './wire/counts.ts';
import { startDiagram } from './wire/diagram.ts';
import { startFaults } from './wire/faults.ts';
import { live } from './wire/live.ts';
import { makeWire } from './wire/pane.ts';
import { startSave } from './wire/save.ts';

/** Fills the pane. `#unit-42` in the address opens that unit. */
export function startWire(): void {
  const wire = makeWire(own('wire'), live);
  const faults = wire.addPanel('Break it');
  startFaults(faults.panel, faults.button);
  startDiagram(wire.addPanel('Diagram').panel, live);
  startCounts(wire.addPanel('Counts').panel, live);
  startSave(wire.addPanel('Save').panel, () => wire.chosen);
  const openLinked = () => {
    const n = /^#unit-(\d+)$/.exec(location.hash)?.[1];
    if (n === undefined) return;
    choosePane('Wire');
    wire.open(Number(n));
  };
  addEventListener('hashchange', openLinked);
  openLinked();
}
