/** Sections, steps, labelled blocks, guesses and folds: see tutorial.ts. */
import type { MarkdownIt, Token } from 'markdown-it';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { COPY } from './commands.ts';
import { ConditionError } from '../../conditions/parse.ts';
import { readOpening } from '../../conditions/opening.ts';
import type { TutorialEnv } from './env.ts';
import { headingOf, minutesHtml } from './headings.ts';
import { openingHtml, openingInContents } from './opening.ts';
import { beginsWithStrong, topLevelBlocks, wordsOf } from './tokens.ts';

const labels = ['Predict', 'Do', 'See', 'Why'] as const;
type Label = (typeof labels)[number];

/**
 * The blocks of the text become sections, steps, labelled blocks and folds.
 *
 * @param tokens the text as `markdown` has parsed it
 * @returns its HTML, the contents list before the first section
 */
export function layOut(
  markdown: MarkdownIt,
  tokens: Token[],
  env: TutorialEnv,
): string {
  const render = (block: Token[]) =>
    markdown.renderer.render(block, markdown.options, env);
  const blocks = topLevelBlocks(tokens);

  let html = '';
  let contents = '';
  let contentsAt: number | undefined;
  let opening = '';
  let openingAt = 0;
  // What is open at this point, from the outside in.
  let section: { id: string; step: boolean; questions: number } | undefined;
  let question: string | undefined;
  let outcomeOpen = false;
  let label: Label | undefined;

  const closeLabel = () => {
    if (label) html += '</div>\n';
    label = undefined;
  };
  const closeOutcome = () => {
    closeLabel();
    if (outcomeOpen) html += '</details>\n';
    outcomeOpen = false;
    question = undefined;
  };
  const closeSection = () => {
    closeOutcome();
    if (section) html += '</section>\n';
    section = undefined;
  };

  for (let at = 0; at < blocks.length; at += 1) {
    const block = blocks[at]!;
    const [first, inline] = block;
    const found = section || opening ? undefined : openingIn(blocks, at);
    if (found) {
      opening = openingHtml(markdown, found, env);
      at += found.blocks - 1;
      continue;
    }
    if (
      !env.isTrip &&
      first?.type === 'paragraph_open' &&
      beginsWithStrong(inline, 'Start it.')
    )
      continue;
    if (first?.type === 'heading_open' && first.tag === 'h2' && inline) {
      closeSection();
      contentsAt ??= html.length;
      const { id, step, minutes } = headingOf(first);
      section = { id, step: step !== undefined, questions: 0 };
      const title = withoutLinks(markdown, inline.children ?? [], env);
      const line =
        (step === undefined ? '' : `<span class="number">${step}</span> `) +
        `<span class="title">${title}</span>` +
        (minutes === undefined ? '' : ` ${minutesHtml(minutes)}`);
      contents += `<li><a href="#${id}">${line}</a></li>\n`;
      html +=
        `<section id="${id}" class="${section.step ? 'step' : 'plain'}" ` +
        `aria-labelledby="${id}-title">\n` +
        `<h2 id="${id}-title" tabindex="-1">${line}</h2>\n`;
      continue;
    }
    if (first?.type === 'heading_open') {
      closeLabel();
      html += render(block);
      // Whatever stands between the title and the opening comes after it.
      if (first.tag === 'h1' && !section) openingAt = html.length;
      continue;
    }
    const next = section?.step ? labelOf(block) : undefined;
    if (section && next && inline) {
      closeLabel();
      const [, strong, word] = inline.children ?? [];
      strong?.attrSet('class', 'label');
      if (word) word.content = next;
      if (next === 'Predict') {
        closeOutcome();
        section.questions += 1;
        question =
          section.questions === 1
            ? section.id
            : `${section.id}-${section.questions}`;
        first?.attrSet('id', `${question}-question`);
      }
      const settles = next === 'See' || next === 'Why';
      if (settles && question && !outcomeOpen) {
        outcomeOpen = true;
        html +=
          `<details class="outcome" data-question="${question}">\n` +
          `<summary>Show what happens</summary>\n` +
          `<div class="said" hidden></div>\n`;
      }
      label = next;
      html += `<div class="block ${next.toLowerCase()}">\n`;
    }
    const guesses =
      label === 'Predict' && question ? guessesOf(block) : undefined;
    html +=
      guesses && question
        ? guessesHtml(markdown, guesses, question, env)
        : render(block);
  }
  closeSection();

  if (contentsAt === undefined) return html;
  const first = opening && openingInContents;
  const nav =
    `<nav class="contents" aria-label="Contents">\n` +
    `<ol>\n${first}${contents}</ol>\n</nav>\n`;
  return (
    html.slice(0, openingAt) +
    opening +
    html.slice(openingAt, contentsAt) +
    nav +
    html.slice(contentsAt)
  );
}

/** `pnpm check` says what is wrong with one; here it is text like any other. */
function openingIn(blocks: Token[][], at: number) {
  try {
    return readOpening(blocks, at);
  } catch (error) {
    if (error instanceof ConditionError) return undefined;
    throw error;
  }
}

function labelOf([first, inline]: Token[]): Label | undefined {
  if (first?.type !== 'paragraph_open') return undefined;
  return labels.find((label) => beginsWithStrong(inline, `${label}.`));
}

/** The inline tokens of each `- [ ] guess`, if the block is a list of them. */
function guessesOf(block: Token[]): Token[][] | undefined {
  if (block[0]?.type !== 'bullet_list_open') return undefined;
  const guesses = block
    .filter(({ type }) => type === 'inline')
    .map(({ children }) => children ?? []);
  if (!guesses.every(([box]) => box?.content.startsWith('[ ] ')))
    return undefined;
  for (const [box] of guesses)
    if (box) box.content = box.content.slice('[ ] '.length);
  return guesses;
}

// A radio group whose arrow keys only move: with native radio buttons the first
// press of an arrow would already be the guess.
function guessesHtml(
  markdown: MarkdownIt,
  guesses: Token[][],
  question: string,
  env: TutorialEnv,
): string {
  const buttons = guesses.map(
    (guess, index) =>
      `<button type="button" role="radio" aria-checked="false" ` +
      `tabindex="${index === 0 ? 0 : -1}" ` +
      `data-guess="${escapeHtml(wordsOf(guess))}">` +
      `${withoutLinks(markdown, guess, env)}</button>\n`,
  );
  return (
    `<div class="guesses" role="radiogroup" data-question="${question}" ` +
    `aria-labelledby="${question}-question">\n${buttons.join('')}</div>\n`
  );
}

/** What no button and no link may have in it. */
const outside = new Set(['link_open', 'link_close', COPY]);

function withoutLinks(
  markdown: MarkdownIt,
  inline: Token[],
  env: TutorialEnv,
): string {
  return markdown.renderer.renderInline(
    inline.filter(({ type }) => !outside.has(type)),
    markdown.options,
    env,
  );
}
