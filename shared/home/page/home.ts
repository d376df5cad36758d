/** The home page. */
import { startLooks } from '@on-the-wire/viewer/page/looks.ts';
import { nameTab } from '@on-the-wire/viewer/page/own-tab.ts';
import { startCopying } from '@on-the-wire/viewer/page/text.ts';
import { showChoice, startChoosing } from './choosing.ts';
import { showDepartures, startDepartures } from './departures.ts';
import { startLessons } from './lessons.ts';
import { startSearch } from './search.ts';
import { startTable } from './table.ts';

nameTab('home');
startLooks();
startCopying();
startDepartures();
startChoosing();
const lessons = startLessons(showDepartures);
await startTable(showChoice);
startSearch();
await lessons;
