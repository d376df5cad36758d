/** The wire in the shell: the live run, and links to one of its units. */
import { own } from '@on-the-wire/viewer/page/elements.ts';
import { makeBrokenNow } from '@on-the-wire/viewer/pane/broken-now.ts';
import { choosePane } from './panes.ts';
import { linkedUnit } from '@on-the-wire/viewer/pane/linked-unit.ts';
import { makeLiveWire } from '@on-the-wire/viewer/pane/panels.ts';

/** Fills the pane. `#unit-42` in the address opens that unit. */
export function startWire(): ReturnType<typeof makeLiveWire> {
  const wire = makeLiveWire(own('wire'));
  const page = own('pane-page');
  page.prepend(
    makeBrokenNow(
      wire.faults,
      'in the page',
      () => page.querySelector('iframe') ?? undefined,
    ),
  );
  const openLinked = () => {
    const n = linkedUnit();
    if (n === undefined) return;
    choosePane('Wire');
    wire.open(n);
  };
  addEventListener('hashchange', openLinked);
  openLinked();
  return wire;
}
