/** Fences: code, commands with their output, and what was on the wire. */
import type { MarkdownIt, Token } from 'markdown-it';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { highlight } from '../highlight.ts';
import type { TutorialEnv } from './env.ts';
import { pathOf, targetOf } from './links.ts';

/** A plugin of markdown-it. */
export function fences(markdown: MarkdownIt): void {
  markdown.renderer.rules.fence = (tokens, index, _options, env) => {
    const { content, info } = tokens[index] as Token;
    const [language = '', file] = info.trim().split(/\s+/);
    const code = content.replace(/\n$/, '');
    const shown =
      language === 'console'
        ? consoleHtml(code)
        : language === 'wire'
          ? { html: wireHtml(code), copy: code }
          : { html: highlight(withoutIndent(code), language), copy: code };
    return (
      // Not of the language: a class of its name may mean something else here.
      `<figure class="code">\n<figcaption>` +
      captionHtml(language, file, env as TutorialEnv) +
      `<button type="button" class="copy" ` +
      `data-copy="${escapeHtml(shown.copy)}">Copy</button></figcaption>\n` +
      `<pre><code>${shown.html}</code></pre>\n</figure>\n`
    );
  };
}

// A part of a file is shown from its own left edge, and copied as it is.
function withoutIndent(code: string): string {
  const indents = code.match(/^ *(?=\S)/gm) ?? [''];
  const least = Math.min(...indents.map(({ length }) => length));
  return code.replaceAll(new RegExp(`^ {${least}}`, 'gm'), '');
}

function captionHtml(
  language: string,
  file: string | undefined,
  env: TutorialEnv,
): string {
  if (file) {
    const target = targetOf(file, env);
    return target.kind === 'file'
      ? `<a class="file" href="${escapeHtml(target.href)}">${escapeHtml(pathOf(target.href, env) ?? file)}</a>`
      : `<span>${escapeHtml(file)}</span>`;
  }
  if (language === 'console') return '<span>Terminal</span>';
  if (language === 'wire')
    return (
      '<span>On the wire</span> ' +
      '<span class="legend" aria-hidden="true">' +
      '<span class="client"><span class="mark">→</span> client</span> ' +
      '<span class="server"><span class="mark">←</span> server</span></span>'
    );
  return `<span>${escapeHtml(language)}</span>`;
}

function consoleHtml(code: string): { html: string; copy: string } {
  const commands: string[] = [];
  let goesOn = false;
  const lines = code.split('\n').map((line) => {
    const begins = line.startsWith('$ ');
    if (!begins && !goesOn)
      return `<span class="output">${escapeHtml(line)}</span>`;
    const command = begins ? line.slice(2) : line;
    commands.push(command);
    goesOn = command.endsWith('\\');
    const prompt = begins ? '<span class="prompt">$ </span>' : '';
    return `${prompt}<span class="command">${escapeHtml(command)}</span>`;
  });
  return { html: lines.join('\n'), copy: commands.join('\n') || code };
}

function wireHtml(code: string): string {
  let before: string | undefined;
  const lines = code.split('\n').map((line) => {
    const [, direction, text = ''] = /^([<>])(?: (.*))?$/.exec(line) ?? [];
    if (!direction) {
      before = undefined;
      return `<span class="aside">${escapeHtml(line)}</span>`;
    }
    const [side, mark] = direction === '>' ? ['client', '→'] : ['server', '←'];
    // Said once for a run of lines, not for each.
    const said =
      direction === before
        ? ''
        : `<span class="visually-hidden">The ${side} sends: </span>`;
    before = direction;
    return (
      `<span class="${side}"><span class="mark" aria-hidden="true">${mark} ` +
      `</span>${said}${escapeHtml(text)}</span>`
    );
  });
  return lines.join('\n');
}
