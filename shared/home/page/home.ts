/** The home page. */
import { startLooks } from '@on-the-wire/viewer/page/looks.ts';
import { showChoice, startChoosing } from './choosing.ts';
import { startLessons } from './lessons.ts';
import { startSearch } from './search.ts';
import { startTable } from './table.ts';

startLooks();
startLessons();
startChoosing();
await startTable(showChoice);
startSearch();
