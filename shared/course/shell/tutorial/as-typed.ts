/** Commands and addresses in code, as this learner types them. */
import type { MarkdownIt } from 'markdown-it';
import { asTyped } from '@on-the-wire/system/as-typed.ts';
import type { TutorialEnv } from './env.ts';

/** A plugin of markdown-it. */
export function commandsAsTyped(markdown: MarkdownIt): void {
  markdown.core.ruler.push('as-typed', ({ tokens, env }) => {
    const { shellPort } = env as TutorialEnv;
    for (const token of tokens) {
      if (token.type === 'fence' && /^(console|wire)\b/.test(token.info))
        token.content = asTyped(token.content, shellPort);
      for (const child of token.children ?? [])
        if (child.type === 'code_inline')
          child.content = asTyped(child.content, shellPort);
    }
  });
}
