/** The home page. */
import { startLooks } from '../../shell/page/looks.ts';
import { startLessons } from './lessons.ts';
import { startTable } from './table.ts';

startLooks();
startLessons();
await startTable();
