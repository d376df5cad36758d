/** The script of a page that stands alone: the recording lies in it. */
import { SavedRun } from '../saved/saved.ts';
import { readPcapng } from '@on-the-wire/wire/pcapng/pcapng.ts';
import { fromBase64 } from './base64.ts';
import { startCounts } from './counts.ts';
import { startDiagram } from './diagram.ts';
import { linkedUnit } from './linked-unit.ts';
import { makeWire } from './pane.ts';
import { paragraph } from './parts.ts';

const recording = document.getElementById('recording')!;
const run = new SavedRun(readPcapng(fromBase64(recording.textContent.trim())));
recording.textContent = ''; // It is kept once, not twice.

const wire = makeWire(document.getElementById('wire')!, run);
startDiagram(wire.addPanel('Diagram').panel, run);
startCounts(wire.addPanel('Counts').panel, run);

if (run.version !== undefined) {
  const generator = document.querySelector<HTMLMetaElement>(
    'meta[name=generator]',
  )!;
  const own = generator.content.replace('On the Wire ', '');
  const shown = own === run.version ? '' : `, shown by ${own}`;
  const about = paragraph(`Saved by version ${run.version}${shown}`);
  about.className = 'soft';
  document.querySelector('body > header')!.append(about);
}

const named = recording.dataset['unit'];
const first =
  linkedUnit() ?? (named === undefined ? run.chosen : Number(named));
if (first !== undefined) wire.open(first);
addEventListener('hashchange', () => {
  const n = linkedUnit();
  if (n !== undefined) wire.open(n);
});
