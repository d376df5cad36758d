import { prove } from '../prove.ts';

await prove(import.meta.url);
