/**
 * HTML in the text: a few elements without attributes, the rest as text. A fold
 * gets an id made of its summary, so that a search can lead to it.
 */
import type { MarkdownIt, Token } from 'markdown-it';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { questionId, unique } from '../../texts/host-anchor.ts';
import type { TutorialEnv } from './env.ts';
import { ticksOf } from './ticks.ts';

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

const folded = /^<details(?: open)?>\s*<summary>(.*?)<\/summary>/s;

function withId(html: string, { meta }: Token): string {
  const { foldId } = (meta ?? {}) as { foldId?: string };
  return foldId
    ? html.replace(/^<details(?: open)?/, `$& id="${foldId}"`)
    : html;
}

/** A plugin of markdown-it. */
export function safeHtml(markdown: MarkdownIt): void {
  const { rules } = markdown.renderer;
  markdown.core.ruler.push('fold-ids', ({ tokens, env }) => {
    const { taken, prefix } = env as TutorialEnv;
    for (const token of tokens) {
      const html = token.type === 'html_block' ? token.content : '';
      const [, summary] = folded.exec(html) ?? [];
      if (summary)
        token.meta = {
          ...(token.meta as object | null),
          foldId: unique(prefix + questionId(summary), taken),
        };
    }
  });
  rules.html_block = rules.html_inline = (tokens, index) => {
    const token = tokens[index] as Token;
    return withId(sanitise(token.content), token) + ticksOf(token);
  };
}
