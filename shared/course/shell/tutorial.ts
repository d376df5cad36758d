/**
 * Makes HTML of a lesson's README.md, which reads well on a Git host, too.
 * What it understands beyond CommonMark and tables:
 *
 * Sections. `# Title` and an introduction; each `## 1. Step title (4 min)` is a
 * step and becomes `<section id="step-1">`; any other `##` is a section with
 * its title's slug as id. A contents list is put before the first of them. A
 * link to `#1-step-title-4-min`, the id that a Git host gives the heading,
 * leads to the step here as well.
 *
 * Labels. In a step a paragraph that begins with `**Predict.**`, `**Do.**`,
 * `**See.**` or `**Why.**` begins a labelled block, which lasts until the next
 * label or heading. A list of `- [ ] answer` in the Predict block becomes a
 * group of buttons. What follows from See or Why on is then folded away behind
 * "Show what happens", which opens when an answer is given. The list does not
 * say which answer is right: that is what See is for.
 *
 * Fences. ```` ```ts server.ts ```` has the file's name above it. In a
 * `console` fence `$ ` begins a command, and only commands are copied; a line
 * after one that ends in `\` still belongs to it; the rest is output. In a
 * `wire` fence `> ` is what the client sent and `< ` what the server sent.
 *
 * Code. In `console` and `wire` fences and between backticks, commands stand as
 * this learner types them, with the addresses of this run: see as-typed.ts.
 *
 * Boxes. A quotation that begins with `**What the page cannot see.**`.
 *
 * Links. Files of the lesson open in the shell, at `/files/…`, images too.
 * http and https open a new tab. Whatever else a link names stands there as
 * text, beside the link's words.
 *
 * HTML. `<details>`, `<summary>`, `<kbd>`, `<sub>`, `<sup>` and `<br>`, without
 * attributes (`<details open>` excepted). Comments are left out; all other HTML
 * is shown as the text that it is.
 */
import { posix } from 'node:path';
import markdownIt, { type Env as MarkdownEnv, type Token } from 'markdown-it';
import { asTyped } from '@on-the-wire/system/as-typed.ts';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { highlight } from './highlight.ts';

/** Where the Markdown stands; its links are relative to that. */
export interface TutorialPlace {
  /** The lesson's folder below `lessons/`: `sse`. */
  lesson: string;
  /** The folder inside the lesson, with slashes: `exercises/01-resume`, or ''. */
  folder: string;
}

// Filled while one text is parsed, read while it is rendered.
interface Env extends MarkdownEnv {
  place: TutorialPlace;
  /** The lowest port of the run that the text stands beside. */
  shellPort: number | undefined;
  /** Before each id: two texts may stand in one document. */
  prefix: string;
  taken: Set<string>;
  /** The id that a Git host gives a heading → the id here. */
  ids: Map<string, string>;
}

const labels = ['Predict', 'Do', 'See', 'Why'] as const;
type Label = (typeof labels)[number];

const markdown = markdownIt({ html: true });
const { rules } = markdown.renderer;

/**
 * Takes a README.md and returns its HTML. `sections` is false for texts that
 * are no tutorial, such as the task of an exercise: then there are no steps and
 * no contents, only the look. `shellPort` is the port of the shell that shows
 * it.
 */
export function renderTutorial(
  text: string,
  place: TutorialPlace,
  {
    sections = true,
    shellPort,
  }: { sections?: boolean; shellPort?: number | undefined } = {},
): string {
  const env: Env = {
    place,
    shellPort,
    prefix: sections ? '' : 'file-',
    taken: new Set(),
    ids: new Map(),
  };
  const tokens = markdown.parse(text, env);
  if (!sections) return markdown.renderer.render(tokens, markdown.options, env);
  return layOut(tokens, env);
}

/** The blocks of the text become sections, steps, labelled blocks and folds. */
function layOut(tokens: Token[], env: Env): string {
  const render = (block: Token[]) =>
    markdown.renderer.render(block, markdown.options, env);
  const blocks = topLevelBlocks(tokens);

  let html = '';
  let contents = '';
  let contentsAt: number | undefined;
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

  for (const block of blocks) {
    const [first, inline] = block;
    if (first?.type === 'heading_open' && first.tag === 'h2' && inline) {
      closeSection();
      contentsAt ??= html.length;
      const { id, step, minutes } = headingOf(first);
      section = { id, step: step !== undefined, questions: 0 };
      const title = withoutLinks(inline.children ?? [], env);
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
          `<p class="said" hidden></p>\n`;
      }
      label = next;
      html += `<div class="block ${next.toLowerCase()}">\n`;
    }
    const answers =
      label === 'Predict' && question ? answersOf(block) : undefined;
    html +=
      answers && question ? answersHtml(answers, question, env) : render(block);
  }
  closeSection();

  if (contentsAt === undefined) return html;
  const nav =
    `<nav class="contents" aria-label="Contents">\n` +
    `<ol>\n${contents}</ol>\n</nav>\n`;
  return html.slice(0, contentsAt) + nav + html.slice(contentsAt);
}

function topLevelBlocks(tokens: Token[]): Token[][] {
  const blocks: Token[][] = [];
  let block: Token[] = [];
  for (const token of tokens) {
    block.push(token);
    if (token.level === 0 && token.nesting !== 1) {
      blocks.push(block);
      block = [];
    }
  }
  return blocks;
}

function labelOf([first, inline]: Token[]): Label | undefined {
  if (first?.type !== 'paragraph_open') return undefined;
  return labels.find((label) => beginsWithStrong(inline, `${label}.`));
}

function beginsWithStrong(inline: Token | undefined, words: string): boolean {
  const [, open, text] = inline?.children ?? [];
  return open?.type === 'strong_open' && text?.content === words;
}

/** The inline tokens of each `- [ ] answer`, if the block is a list of them. */
function answersOf(block: Token[]): Token[][] | undefined {
  if (block[0]?.type !== 'bullet_list_open') return undefined;
  const answers = block
    .filter(({ type }) => type === 'inline')
    .map(({ children }) => children ?? []);
  if (!answers.every(([box]) => box?.content.startsWith('[ ] ')))
    return undefined;
  for (const [box] of answers)
    if (box) box.content = box.content.slice('[ ] '.length);
  return answers;
}

// A radio group whose arrow keys only move: with native radio buttons the first
// press of an arrow would already be the answer.
function answersHtml(answers: Token[][], question: string, env: Env): string {
  const buttons = answers.map(
    (answer, index) =>
      `<button type="button" role="radio" aria-checked="false" ` +
      `tabindex="${index === 0 ? 0 : -1}" ` +
      `data-answer="${escapeHtml(textOf(answer))}">` +
      `${withoutLinks(answer, env)}</button>\n`,
  );
  return (
    `<div class="answers" role="radiogroup" data-question="${question}" ` +
    `aria-labelledby="${question}-question">\n${buttons.join('')}</div>\n`
  );
}

function withoutLinks(inline: Token[], env: Env): string {
  return markdown.renderer.renderInline(
    inline.filter(({ type }) => type !== 'link_open' && type !== 'link_close'),
    markdown.options,
    env,
  );
}

function textOf(inline: Token[]): string {
  return inline
    .filter(({ type }) => type === 'text' || type === 'code_inline')
    .map(({ content }) => content)
    .join('');
}

function minutesHtml(minutes: string): string {
  return `<span class="minutes">${minutes} min</span>`;
}

// --- Commands and addresses in code ---

markdown.core.ruler.push('as-typed', ({ tokens, env }) => {
  const { shellPort } = env as Env;
  for (const token of tokens) {
    if (token.type === 'fence' && /^(console|wire)\b/.test(token.info))
      token.content = asTyped(token.content, shellPort);
    for (const child of token.children ?? [])
      if (child.type === 'code_inline')
        child.content = asTyped(child.content, shellPort);
  }
});

// --- Headings: ids, numbers of steps, minutes ---

function headingOf(open: Token): {
  id: string;
  step?: string;
  minutes?: string;
} {
  return open.meta as ReturnType<typeof headingOf>;
}

markdown.core.ruler.push('headings', ({ tokens, env }) => {
  const { ids, taken, prefix } = env as Env;
  const hostIds = new Set<string>();
  for (const [index, open] of tokens.entries()) {
    if (open.type !== 'heading_open') continue;
    const children = tokens[index + 1]?.children ?? [];
    const slug = textOf(children)
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, '')
      .replaceAll(' ', '-');
    const hostId = unique(slug, hostIds);

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

function unique(wanted: string, taken: Set<string>): string {
  let id = wanted;
  for (let more = 1; taken.has(id); more += 1) id = `${wanted}-${more}`;
  taken.add(id);
  return id;
}

rules.heading_open = (tokens, index) => {
  const open = tokens[index] as Token;
  return `<${open.tag} id="${headingOf(open).id}" tabindex="-1">`;
};
rules.heading_close = (tokens, index) => {
  const open = tokens[index - 2] as Token;
  const { minutes } = headingOf(open);
  return `${minutes === undefined ? '' : ` ${minutesHtml(minutes)}`}</${open.tag}>\n`;
};

// --- Boxes ---

markdown.core.ruler.push('boxes', ({ tokens }) => {
  const title = 'What the page cannot see';
  for (const [index, open] of tokens.entries()) {
    const inline = tokens[index + 2];
    if (
      open.type !== 'blockquote_open' ||
      !beginsWithStrong(inline, `${title}.`)
    )
      continue;
    open.attrs = [
      ['class', 'unseen'],
      ['role', 'note'],
      ['aria-label', title],
    ];
    const close = tokens.find(
      ({ type, level }, at) =>
        at > index && type === 'blockquote_close' && level === open.level,
    );
    open.tag = 'div';
    if (close) close.tag = 'div';
    const [, strong, words] = inline?.children ?? [];
    strong?.attrSet('class', 'label');
    if (words) words.content = title;
  }
});

// --- Links and images ---

type Target =
  | { kind: 'here'; href: string }
  | { kind: 'file'; href: string }
  | { kind: 'web'; href: string }
  | { kind: 'elsewhere'; path: string };

function targetOf(href: string, { place, ids }: Env): Target {
  if (/^https?:\/\//i.test(href)) return { kind: 'web', href };
  if (href.startsWith('#')) {
    const wanted = decode(href.slice(1));
    const id = ids.get(wanted) ?? wanted;
    return { kind: 'here', href: `#${encodeURIComponent(id)}` };
  }
  if (/^[a-z][a-z0-9+.-]*:|^\/|\\/i.test(href))
    return { kind: 'elsewhere', path: decode(href) };
  const [, path = '', fragment = ''] = /^([^?#]*)[^#]*(#.*)?$/.exec(href) ?? [];
  const inLesson = posix.join(place.folder, decode(path));
  if (/^\.\.(\/|$)/.test(inLesson))
    return {
      kind: 'elsewhere',
      path: posix.join('lessons', place.lesson, inLesson),
    };
  const encoded = inLesson.split('/').map(encodeURIComponent).join('/');
  return { kind: 'file', href: `/files/${encoded}${fragment}` };
}

function decode(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

markdown.core.ruler.push('links', (state) => {
  const env = state.env as Env;
  const make = (type: string, tag: string, content: string) =>
    Object.assign(new state.Token(type, tag, 0), { content });
  for (const token of state.tokens)
    if (token.children) token.children = settleLinks(token.children, env, make);
});

function settleLinks(
  inline: Token[],
  env: Env,
  make: (type: string, tag: string, content: string) => Token,
): Token[] {
  const settled: Token[] = [];
  // The path that stands beside the words of a link that leads elsewhere, or
  // instead of them where they say the same.
  let beside: string | undefined;
  let wordsFrom = 0;
  for (const token of inline) {
    if (token.type === 'link_open') {
      const target = targetOf(String(token.attrGet('href')), env);
      if (target.kind === 'elsewhere') {
        beside = target.path;
        wordsFrom = settled.length;
        continue;
      }
      token.attrSet('href', target.href);
      if (target.kind === 'file') token.attrSet('class', 'file');
      if (target.kind === 'web') {
        token.attrSet('target', '_blank');
        token.attrSet('rel', 'noopener');
      }
    }
    if (token.type === 'link_close' && beside !== undefined) {
      const code = make('code_inline', 'code', beside);
      const words = textOf(settled.slice(wordsFrom));
      if (['', beside, posix.basename(beside)].includes(words))
        settled.splice(wordsFrom, settled.length, code);
      else settled.push(make('text', '', ' ('), code, make('text', '', ')'));
      beside = undefined;
      continue;
    }
    if (token.type === 'image') {
      const target = targetOf(String(token.attrGet('src')), env);
      if (target.kind !== 'file') {
        const source = target.kind === 'elsewhere' ? target.path : target.href;
        settled.push(
          make('text', '', `${token.content} (`),
          make('code_inline', 'code', source),
          make('text', '', ')'),
        );
        continue;
      }
      token.attrSet('src', target.href);
    }
    settled.push(token);
  }
  return settled;
}

// --- Fences ---

rules.fence = (tokens, index, _options, env) => {
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
    captionHtml(language, file, env as Env) +
    `<button type="button" class="copy" ` +
    `data-copy="${escapeHtml(shown.copy)}">Copy</button></figcaption>\n` +
    `<pre><code>${shown.html}</code></pre>\n</figure>\n`
  );
};

// A part of a file is shown from its own left edge, and copied as it is.
function withoutIndent(code: string): string {
  const indents = code.match(/^ *(?=\S)/gm) ?? [''];
  const least = Math.min(...indents.map(({ length }) => length));
  return code.replaceAll(new RegExp(`^ {${least}}`, 'gm'), '');
}

function captionHtml(
  language: string,
  file: string | undefined,
  env: Env,
): string {
  if (file) {
    const target = targetOf(file, env);
    return target.kind === 'file'
      ? `<a class="file" href="${escapeHtml(target.href)}">${escapeHtml(file)}</a>`
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

// --- Tables scroll by themselves ---

rules.table_open = () =>
  '<div class="table" role="group" aria-label="Table">\n<table>\n';
rules.table_close = () => '</table>\n</div>\n';
// The head of a column without a name is a cell like any other.
markdown.core.ruler.push('nameless-columns', ({ tokens }) => {
  for (const [index, open] of tokens.entries()) {
    const close = tokens[index + 2];
    if (open.type !== 'th_open' || tokens[index + 1]?.content !== '') continue;
    open.tag = 'td';
    if (close) close.tag = 'td';
  }
});
// The content security policy allows no style in an attribute.
rules.th_open = rules.td_open = (tokens, index, options, _env, renderer) => {
  const cell = tokens[index] as Token;
  const align = /text-align:(\w+)/.exec(String(cell.attrGet('style')))?.[1];
  cell.attrs = align ? [['class', align]] : null;
  return renderer.renderToken(tokens, index, options);
};

// --- HTML ---

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

rules.html_block = rules.html_inline = (tokens, index) =>
  sanitise((tokens[index] as Token).content);
