/** Sends a learner's file to a browser. */
import { servePage } from '@on-the-wire/lesson/page/serve-page.ts';

type Handler = ReturnType<typeof servePage>;

/**
 * Makes a handler for a check's own server: `/` is an empty page whose script
 * imports the file, and puts what it exports into `window.mine`; the files of
 * its folder are there too. All else goes to `next`.
 *
 * @param file the learner's: `trial.file`
 */
export function servePageOf(file: URL): Handler {
  const name = file.pathname.split('/').at(-1)!;
  const files = servePage(new URL('.', file));
  const html =
    '<!doctype html><meta charset="utf-8"><title>Check</title>' +
    '<link rel="icon" href="data:,">' +
    `<script type="module">window.mine = await import('./${name}');</script>`;
  return (request, response, next) => {
    if (request.url?.split('?')[0] !== '/')
      return files(request, response, next);
    response.setHeader('Content-Type', 'text/html; charset=utf-8');
    response.end(html);
  };
}
