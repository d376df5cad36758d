/** Ticks: the places of a step that the learner's run fills. */
import type { MarkdownIt, Token } from 'markdown-it';
import { findComments, type Comment } from '../../conditions/comments.ts';
import type { TutorialEnv } from './env.ts';

/**
 * A plugin of markdown-it; before that of headings, which takes the numbers of
 * the steps away. The comment `<!-- do: … -->` of an action becomes an empty
 * element at its place, and `<!-- see: … -->` another; the shell's page fills
 * them. An action without a condition has none.
 */
export function ticks(markdown: MarkdownIt): void {
  markdown.core.ruler.push('ticks', ({ tokens, env }) => {
    const { hasSteps, prefix } = env as TutorialEnv;
    if (!hasSteps) return;
    const mark = (comment: Comment, token: Token) => {
      if (comment.step === undefined || !('index' in comment)) return;
      const { kind, step, index } = comment;
      const html =
        kind === 'do'
          ? `<a class="tick" data-step="${step}" data-action="${index}"></a>`
          : `<a class="tick seen" data-step="${step}" data-see="${index}"></a>`;
      token.meta = { ticks: ticksOf(token) + html };
    };
    findComments(tokens, mark, () => {}, prefix);
  });
}

/** The HTML of the ticks that stand in the place of a token of HTML. */
export function ticksOf(token: Token): string {
  return (token.meta as { ticks?: string } | null)?.ticks ?? '';
}
