/** Commands between backticks: each can be copied, as those of a fence can. */
import type { MarkdownIt, Token } from 'markdown-it';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';

/** What is typed as it stands, in a terminal. */
const command = /^(?:(?:npx -y )?pnpm|curl|node) \S/;

/** The type of the token that is the button; left out where no button may be. */
export const COPY = 'copy_command';

/** A plugin of markdown-it; as-typed.ts has been there before. */
export function copyCommands(markdown: MarkdownIt): void {
  markdown.core.ruler.push('copy-commands', (state) => {
    for (const [index, token] of state.tokens.entries()) {
      if (token.type !== 'inline' || !token.children) continue;
      if (state.tokens[index - 1]?.type === 'heading_open') continue;
      // A button is neither for a link nor for the line that opens a fold.
      let within = 0;
      token.children = token.children.flatMap((child) => {
        const { type, content } = child;
        if (type === 'link_open' || content === '<summary>') within += 1;
        if (type === 'link_close' || content === '</summary>') within -= 1;
        if (type !== 'code_inline' || within > 0 || !command.test(content))
          return child;
        const button = new state.Token(COPY, 'button', 0);
        return [child, Object.assign(button, { content })];
      });
    }
  });
  markdown.renderer.rules[COPY] = (tokens, index) => {
    const text = escapeHtml((tokens[index] as Token).content);
    return (
      `<button type="button" class="copy inline" data-copy="${text}" ` +
      `aria-label="Copy ${text}">Copy</button>`
    );
  };
}
