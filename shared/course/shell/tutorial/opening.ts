/** The opening of a lesson as HTML: a sentence, a button, and room for the run. */
import type { MarkdownIt, Token } from 'markdown-it';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { OPENING, type Opening } from '../../conditions/opening.ts';
import type { TutorialEnv } from './env.ts';

/** The id of the opening; contents and address lead to it. */
export const OPENING_ID = 'first-minute';

const title = OPENING.replace(/\.$/, '');

/** Its line in the contents, before the steps. */
export const openingInContents = `<li><a href="#${OPENING_ID}"><span class="title">${title}</span></a></li>\n`;

/** What is shown is hidden until the button was pressed: page/opening.ts. */
export function openingHtml(
  markdown: MarkdownIt,
  { sentence, button, acts, shown, after }: Opening,
  env: TutorialEnv,
): string {
  const inline = (tokens: Token[]) =>
    markdown.renderer.renderInline(tokens, markdown.options, env).trim();
  const data = (value: unknown) => escapeHtml(JSON.stringify(value));
  const items = shown.map(
    ({ words, show }) =>
      `<li data-show="${data(show)}">` +
      `<p class="name">${inline(words)}</p><div class="value"></div></li>\n`,
  );
  return (
    `<div class="opening" id="${OPENING_ID}" role="region" ` +
    `aria-label="${title}" tabindex="-1" data-acts="${data(acts)}">\n` +
    `<p class="sentence">${inline(sentence)}</p>\n` +
    `<p class="pressed"><button type="button" class="press" ` +
    `data-words="${escapeHtml(button)}">${escapeHtml(button)}</button> ` +
    `<span class="doing"></span></p>\n` +
    `<ol class="shown" hidden>\n${items.join('')}</ol>\n` +
    `<p class="after" hidden>${inline(after)}</p>\n</div>\n`
  );
}
