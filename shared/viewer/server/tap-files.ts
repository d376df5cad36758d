/**
 * What the page of a tap and a saved page are made of, as texts. A script is
 * made each time that it is asked for.
 *
 * In the packed tap another module takes the place of this one, with the same
 * texts ready-made: there are no files beside it, and no esbuild. So each
 * export is a function without parameters that gives a text, and what shows a
 * tap or a saved page reads no other file.
 */
import { readFile } from 'node:fs/promises';
import { viewerFile } from './response.ts';
import { bundle } from './bundle.ts';
import { readStyle } from './style.ts';

/** The page of `pnpm tap`, as HTML. */
export const tapHtml = () => readFile(viewerFile('pane/tap.html'), 'utf8');

/** The script of that page, bundled. */
export const tapScript = async () =>
  textOf(await bundle(viewerFile('pane/tap-page.ts')));

/** The script of a saved page, which goes into the page itself. */
export const savedScript = async () =>
  textOf(await bundle(viewerFile('pane/saved-page.ts')));

/** The style of both pages. */
export const wireStyle = () =>
  readStyle(viewerFile('pane/saved-page.css'), viewerFile('pane/wire.css'));

/** The icon of every page, as SVG. */
export const icon = () => readFile(viewerFile('page/icon.svg'), 'utf8');

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}
