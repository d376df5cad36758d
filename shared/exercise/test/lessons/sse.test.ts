import { prove } from '../prove.ts';

prove('sse');
