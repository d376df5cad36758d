/** One page that stands alone: a saved run, and all that shows it. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { escapeHtml } from '../server/escape-html.ts';
import { savedScript, wireStyle } from '../server/tap-files.ts';
import { courseVersion } from '@on-the-wire/system/version.ts';

/** By this a page is known to be one of ours, whichever version made it. */
export const generator = '<meta name="generator" content="On the Wire';

/**
 * Makes the page. It loads nothing, and its content security policy allows
 * nothing else.
 *
 * @param file a pcapng file, as `saveRun` makes it
 * @param name what the run is called in the page
 * @param unit the number of the unit that is shown first; without it the one
 *   that was chosen when the file was saved
 */
export async function makeSavedPage(
  file: Uint8Array,
  name: string,
  unit?: number,
): Promise<string> {
  // What a browser takes longest for is to read the page as HTML: the less of
  // it, the sooner the first lines are there.
  const [code, style, recording] = await Promise.all([
    savedScript(),
    wireStyle(),
    promisify(gzip)(file, { level: 1 }),
  ]);
  const policy = [
    "default-src 'none'",
    `script-src '${hash(code)}'`,
    `style-src '${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const shown = escapeHtml(name);
  const chosen = unit === undefined ? '' : ` data-unit="${unit}"`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta http-equiv="Content-Security-Policy" content="${policy}" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
${generator} ${escapeHtml(courseVersion())}" />
<title>${shown} · On the Wire</title>
<style>${style}</style>
</head>
<body>
<header><p class="course">On the Wire</p><h1>${shown}</h1></header>
<main><section class="wire" id="wire" aria-label="The wire"></section></main>
<script type="text/plain" id="recording" data-size="${file.length}"${chosen}>
${recording.toString('base64')}
</script>
<script type="module">${code}</script>
</body>
</html>
`;
}

function hash(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
