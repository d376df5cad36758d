import { prove } from '../prove.ts';

prove('server-to-server');
