/** The shell's page: each part of it is started here. */
import { followBehind } from './behind.ts';
import { renewBook, startBook } from './book.ts';
import { own } from '@on-the-wire/viewer/page/elements.ts';
import { startExercise } from './exercise.ts';
import { startHome } from './home.ts';
import { startKeys } from './keys.ts';
import { startLooks } from '@on-the-wire/viewer/page/looks.ts';
import { startLessonPage } from './lesson-page.ts';
import { followForOpening } from './opening-run.ts';
import { startPanes } from './panes.ts';
import { startPointing } from './pointing.ts';
import { startEditor } from './editor.ts';
import { startReader } from './reader.ts';
import { followRun } from './run.ts';
import { followState } from './state.ts';
import { startCopying } from '@on-the-wire/viewer/page/text.ts';
import { startWire } from './wire.ts';

startLooks();
startPanes();
startKeys();
startCopying();
const { lesson = '', id: exercise } = document.documentElement.dataset;
startHome(exercise || lesson);
// In a wide window the menu's content stands in the strip.
matchMedia('(max-width: 1023px)').addEventListener('change', () =>
  own('controls').hidePopover(),
);
startLessonPage();
followForOpening();
startPointing(startWire());
followBehind();
startExercise();
followRun();
followState(() => void renewBook());
await startBook();
startReader();
startEditor();
