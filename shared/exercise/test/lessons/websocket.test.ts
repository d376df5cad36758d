import { prove } from '../prove.ts';

prove('websocket');
