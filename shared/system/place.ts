/**
 * Where this program stands, and what is beside it: in the repository. In the
 * packed tap `shared/pack/packed/place.ts` takes the place of this file, so
 * code that needs to know whether there is a repository imports it from here.
 */
import { fileURLToPath } from 'node:url';

/** Where the key and the certificate of this machine are kept. */
export const certificateFolder: string = fileURLToPath(
  new URL('../../.certificates/', import.meta.url),
);

/** The folder in which Node keeps what it has compiled; undefined: nowhere. */
export const compiledFolder: string | undefined = fileURLToPath(
  new URL('../../node_modules/.cache/lessons', import.meta.url),
);

/** Where the programs of the course are, Node among them, if they are any. */
export const ownPrograms: string | undefined = fileURLToPath(
  new URL('../../node_modules/.bin', import.meta.url),
);

/** Whether the verbs of the course can be typed here: `pnpm wire`. */
export const hasVerbs: boolean = true;
