/** Headings: their ids, numbers of steps, minutes. */
import type { MarkdownIt, Token } from 'markdown-it';
import type { TutorialEnv } from './env.ts';
import { hostAnchor, unique } from '../../texts/host-anchor.ts';
import { wordsOf } from './tokens.ts';

/** What the plugin has found out about a heading, by the token that opens it. */
export function headingOf(open: Token): {
  id: string;
  step?: string;
  minutes?: string;
} {
  return open.meta as ReturnType<typeof headingOf>;
}

/** How long a step takes, as it stands beside its title. */
export function minutesHtml(minutes: string): string {
  return `<span class="minutes">${minutes} min</span>`;
}

/** A plugin of markdown-it. */
export function headings(markdown: MarkdownIt): void {
  const { rules } = markdown.renderer;
  markdown.core.ruler.push('headings', ({ tokens, env }) => {
    const { ids, taken, prefix } = env as TutorialEnv;
    const hostIds = new Set<string>();
    for (const [index, open] of tokens.entries()) {
      if (open.type !== 'heading_open') continue;
      const children = tokens[index + 1]?.children ?? [];
      const words = wordsOf(children);
      const slug = hostAnchor(words, new Set());
      const hostId = hostAnchor(words, hostIds);

      const first = children[0];
      const last = children.at(-1);
      const step =
        open.tag === 'h2' && first?.type === 'text'
          ? /^(\d+)\. +/.exec(first.content)
          : null;
      if (step && first) first.content = first.content.slice(step[0].length);
      const minutes =
        last?.type === 'text' ? / *\((\d+) min\)$/.exec(last.content) : null;
      if (minutes && last) last.content = last.content.slice(0, minutes.index);

      // The ids of the shell's own elements begin with `shell-`.
      const wanted = step
        ? `step-${step[1]}`
        : slug.replace(/^(?=shell-|step-|$)/, 'section-');
      const id = unique(prefix + wanted, taken);
      taken.add(`${id}-title`);
      ids.set(hostId, id);
      open.meta = { id, step: step?.[1], minutes: minutes?.[1] };
    }
  });

  rules.heading_open = (tokens, index) => {
    const open = tokens[index] as Token;
    return `<${open.tag} id="${headingOf(open).id}" tabindex="-1">`;
  };
  rules.heading_close = (tokens, index) => {
    const open = tokens[index - 2] as Token;
    const { minutes } = headingOf(open);
    return `${minutes === undefined ? '' : ` ${minutesHtml(minutes)}`}</${open.tag}>\n`;
  };
}
