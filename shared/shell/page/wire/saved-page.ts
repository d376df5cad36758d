/** The script of a page that stands alone: the recording lies in it. */
import { SavedRun } from '../../../view/saved.ts';
import { readPcapng } from '../../../wire/pcapng.ts';
import { fromBase64 } from './base64.ts';
import { startCounts } from './counts.ts';
import { startDiagram } from './diagram.ts';
import { makeWire } from './pane.ts';

const recording = document.getElementById('recording')!;
const run = new SavedRun(readPcapng(fromBase64(recording.textContent.trim())));
recording.textContent = ''; // It is kept once, not twice.

const wire = makeWire(document.getElementById('wire')!, run);
startDiagram(wire.addPanel('Diagram').panel, run);
startCounts(wire.addPanel('Counts').panel, run);

const linked = /^#unit-(\d+)$/.exec(location.hash)?.[1];
const said = recording.dataset['unit'];
const first = linked ?? said ?? run.chosen;
if (first !== undefined) wire.open(Number(first));
addEventListener('hashchange', () => {
  const n = /^#unit-(\d+)$/.exec(location.hash)?.[1];
  if (n !== undefined) wire.open(Number(n));
});
