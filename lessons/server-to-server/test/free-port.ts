export { freePort } from '@on-the-wire/system/ports.ts';
