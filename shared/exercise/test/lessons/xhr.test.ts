import { prove } from '../prove.ts';

prove('xhr');
