/** HTML in the text: a few elements without attributes, the rest as text. */
import type { MarkdownIt, Token } from 'markdown-it';
import { ticksOf } from './ticks.ts';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';

const allowedTag =
  /<(?:\/?(?:details|summary|kbd|sub|sup)|details open|br ?\/?)>/gi;

function sanitise(html: string): string {
  let safe = '';
  let from = 0;
  const spoken = html.replaceAll(/<!--[\s\S]*?-->/g, '');
  for (const { 0: tag, index } of spoken.matchAll(allowedTag)) {
    safe += escapeHtml(spoken.slice(from, index)) + tag.toLowerCase();
    from = index + tag.length;
  }
  return safe + escapeHtml(spoken.slice(from));
}

/** A plugin of markdown-it. */
export function safeHtml(markdown: MarkdownIt): void {
  const { rules } = markdown.renderer;
  rules.html_block = rules.html_inline = (tokens, index) => {
    const token = tokens[index] as Token;
    return sanitise(token.content) + ticksOf(token);
  };
}
