/** The wire in the shell: the live run, and links to one of its units. */
import { own } from './elements.ts';
import { choosePane } from './panes.ts';
import { startFaults } from './wire/faults.ts';
import { live } from './wire/live.ts';
import { makeWire } from './wire/pane.ts';

/** Fills the pane. `#unit-42` in the address opens that unit. */
export function startWire(): void {
  const wire = makeWire(own('wire'), live);
  const faults = wire.addPanel('Break it');
  startFaults(faults.panel, faults.button);
  const openLinked = () => {
    const n = /^#unit-(\d+)$/.exec(location.hash)?.[1];
    if (n === undefined) return;
    choosePane('Wire');
    wire.open(Number(n));
  };
  addEventListener('hashchange', openLinked);
  openLinked();
}
