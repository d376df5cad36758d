/** For jest: without workers, its own process has had the browser. */
export { closeBrowser as default } from './jest-environment.ts';
