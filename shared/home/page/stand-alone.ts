/** Pages that are saved and stand alone: no script, nothing that they load. */

/** ms until a saved file is forgotten: WebKit reads it after the click. */
const KEPT = 60_000;

/**
 * Makes such a page, in the course's colours.
 *
 * @param title as text that cannot be markup
 * @param style beside the colours, and the type of the page
 * @param main HTML, all texts in it escaped
 * @param version of the course
 */
export async function standAlonePage({
  title,
  style,
  main,
  version,
}: Record<'title' | 'style' | 'main' | 'version', string>): Promise<string> {
  const colours = await (await fetch('/colours.css')).text();
  const all = `${colours}
${style}
body {
  max-inline-size: 68rem;
  margin-inline: auto;
  padding: 1.5rem 1rem;
  font: 1rem/1.5 var(--sans);
}
h1 {
  font: 600 1.8rem/1.2 var(--serif);
}
`;
  const bytes = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(all),
  );
  const hash = btoa(String.fromCharCode(...new Uint8Array(bytes)));
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="On the Wire ${version}">
<title>${title} · On the Wire</title>
<style>${all}</style>
<main>
<p class="course">On the Wire</p>
<h1>${title}</h1>
${main}
</main>
</html>
`;
}

/**
 * Has the browser save a file.
 *
 * @param type `text/html`
 */
export function saveFile(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
}
