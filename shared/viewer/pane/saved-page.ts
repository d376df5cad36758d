/** The script of a page that stands alone: the recording lies in it. */
import { SavedRun } from '../saved/saved.ts';
import { openPcapng } from '@on-the-wire/wire/pcapng/capture-file.ts';
import { startCounts } from './counts.ts';
import { startDiagram } from './diagram.ts';
import { startFollow } from './follow.ts';
import { linkedUnit } from './linked-unit.ts';
import { makeWire } from './pane.ts';
import { paragraph } from './parts.ts';
import { readRecording } from './recording.ts';
import { startSaveHar } from './save.ts';
import { startWaterfall } from './waterfall.ts';

/**
 * ms that decoding takes before the page has its turn: at first as much as
 * nobody notices, then so little that scrolling stays smooth.
 */
const [FIRST_TURN, TURN] = [40, 8];

const recording = document.getElementById('recording')!;
const bytes = readRecording(
  recording.textContent.trim(),
  Number(recording.dataset['size']),
);
recording.textContent = ''; // It is kept once, not twice.
const file = await bytes.then(openPcapng).catch((error: unknown) => {
  const said = paragraph((error as Error).message);
  document.getElementById('wire')!.append(said);
  throw error;
});
const run = new SavedRun(file, undefined, { inTurns: true });
run.decode(FIRST_TURN);

const wire = makeWire(document.getElementById('wire')!, run);
wire.findAnywhere();
startDiagram(wire.addPanel('Diagram').panel, run);
startCounts(wire.addPanel('Counts').panel, run);
startFollow(wire, run);
startWaterfall(wire.addPanel('Waterfall').panel, run, wire.open);
startSaveHar(wire.addPanel('Save').panel, run, 'run');

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
/** The unit that is shown first may be in a part that is not decoded yet. */
let isOpened = false;
const openFirst = () => {
  const first =
    linkedUnit() ?? (named === undefined ? run.chosen : Number(named));
  if (isOpened || first === undefined || first >= run.end) return;
  isOpened = true;
  if (wire.chosen === undefined) wire.open(first);
};
run.follow(openFirst);
addEventListener('hashchange', () => {
  const n = linkedUnit();
  if (n !== undefined) wire.open(n);
});

const goOn = () => {
  if (!run.decode(TURN)) setTimeout(goOn);
};
goOn();
