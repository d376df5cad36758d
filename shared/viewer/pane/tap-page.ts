/** The script of the page that a tap has. */
import { events, runOf } from '../page/events.ts';
import { linkedUnit } from './linked-unit.ts';
import { makeLiveWire } from './panels.ts';

const { dataset } = document.documentElement;
const stopped = document.getElementById('stopped')!;
const wire = makeLiveWire(document.getElementById('wire')!);
wire.findAnywhere();

events.addEventListener('lines', ({ lastEventId }) => {
  // This is another tap than the one that this page came from.
  if (runOf(lastEventId) !== dataset['run']) location.reload();
});
events.addEventListener('open', () => (stopped.hidden = true));
events.addEventListener('error', () => (stopped.hidden = false));

// This page came by a forwarder, which has a name for the tap, too.
if (location.protocol === 'https:' && dataset['forwarded'])
  document.querySelector('header code')!.textContent = dataset['forwarded'];

const openLinked = () => {
  const n = linkedUnit();
  if (n !== undefined) wire.open(n);
};
addEventListener('hashchange', openLinked);
openLinked();
