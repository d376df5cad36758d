import { prove } from '../prove.ts';

prove('http2');
