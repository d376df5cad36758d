/** Colours code: highlight.js with the few languages that the course uses. */
import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import css from 'highlight.js/lib/languages/css';
import http from 'highlight.js/lib/languages/http';
import javascript from 'highlight.js/lib/languages/javascript';
import json from 'highlight.js/lib/languages/json';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';

hljs.registerLanguage('bash', bash);
hljs.registerLanguage('css', css);
hljs.registerLanguage('http', http);
hljs.registerLanguage('javascript', javascript);
hljs.registerLanguage('json', json);
hljs.registerLanguage('typescript', typescript);
hljs.registerLanguage('xml', xml);

/**
 * Colours code.
 *
 * @param language its name, or the extension of its file (`ts`, `html`)
 * @returns HTML with spans; of an unknown language the text, escaped
 */
export function highlight(code: string, language: string): string {
  if (!hljs.getLanguage(language)) return escapeHtml(code);
  return hljs.highlight(code, { language, ignoreIllegals: true }).value;
}

/**
 * A file as a listing with numbered lines; line 12 has the id `L12`.
 *
 * @param extension of the file, without the dot
 * @returns HTML
 */
export function renderListing(text: string, extension: string): string {
  const code = text.replace(/\n$/, '');
  const numbers = code
    .split('\n')
    .map((_, index) => `<span id="L${index + 1}">${index + 1}</span>\n`);
  return (
    '<div class="listing" role="group" aria-label="Code">\n' +
    `<pre class="numbers" aria-hidden="true">${numbers.join('')}</pre>\n` +
    `<pre><code>${highlight(code, extension)}</code></pre>\n</div>`
  );
}
