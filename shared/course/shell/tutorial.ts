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
 * Opening. A paragraph that begins with `**The first minute.**`, and the three
 * blocks after it, become one sentence and one button, directly below the
 * title: conditions/opening.ts says what stands there, page/opening.ts what a
 * press does. What stands between the title and it comes after it.
 *
 * Labels. In a step a paragraph that begins with `**Predict.**`, `**Do.**`,
 * `**See.**` or `**Why.**` begins a labelled block, which lasts until the next
 * label or heading. A list of `- [ ] guess` in the Predict block becomes a
 * group of buttons. What follows from See or Why on is then folded away behind
 * "Show what happens", which opens when the Do is done, or by hand. The list
 * does not say which guess is right: the learner's run does, where it can.
 *
 * Fences. ```` ```ts server.ts ```` has the file's name above it. In a
 * `console` fence `$ ` begins a command, and only commands are copied; a line
 * after one that ends in `\` still belongs to it; the rest is output. In a
 * `wire` fence `> ` is what the client sent and `< ` what the server sent.
 *
 * Code. In `console` and `wire` fences and between backticks, commands stand as
 * this learner types them, with the addresses of this run: see as-typed.ts. One
 * between backticks has a button that copies it.
 *
 * Boxes. A quotation that begins with `**What the page cannot see.**`.
 *
 * Engines. A list whose items begin with names of engines in bold, and a colon,
 * is marked, so that the page shows the reader's own: see texts/by-engine.ts.
 *
 * Start. A paragraph that begins with `**Start it.**` is left out: it says how
 * to start what shows the text. In a side trip it stays: what it starts is more.
 *
 * Links. Files of the lesson open in the shell, at `/files/…`, images too, and
 * lessons/GLOSSARY.md at `/glossary`. The name of a file between backticks is a
 * link to it, outside headings and other links.
 * `#page:…`, `#wire:…` and `#shell:…` point at a control: see
 * texts/point-target.ts. http and https open a new tab. Whatever else a link names stands there as
 * text, beside the link's words.
 *
 * Side trips. A lesson's README.md and those of its `side-trips/` become one
 * document, an `<article>` each: see lessonHtml.
 *
 * HTML. `<details>`, `<summary>`, `<kbd>`, `<sub>`, `<sup>` and `<br>`, without
 * attributes (`<details open>` excepted). Comments are left out, save for the
 * conditions of a step, whose places are ticks: see conditions/parse.ts and
 * tutorial/ticks.ts. All other HTML is shown as the text that it is.
 */
import { posix } from 'node:path';
import markdownIt from 'markdown-it';
import { escapeHtml } from '@on-the-wire/viewer/server/escape-html.ts';
import { sideTripPrefix, type SideTrip } from '../texts/side-trips.ts';
import { commandsAsTyped } from './tutorial/as-typed.ts';
import { boxes } from './tutorial/boxes.ts';
import { byEngine } from './tutorial/by-engine.ts';
import { copyCommands } from './tutorial/commands.ts';
import type { TutorialEnv, TutorialPlace } from './tutorial/env.ts';
import { fences } from './tutorial/fences.ts';
import { headings } from './tutorial/headings.ts';
import { fileNames, links } from './tutorial/links.ts';
import { safeHtml } from './tutorial/safe-html.ts';
import { layOut } from './tutorial/sections.ts';
import { tables } from './tutorial/tables.ts';
import { ticks } from './tutorial/ticks.ts';

// Their order is that in which they look at the tokens of a text.
const markdown = markdownIt({ html: true })
  .use(commandsAsTyped)
  .use(ticks)
  .use(byEngine)
  .use(headings)
  .use(boxes)
  .use(links)
  .use(fileNames)
  .use(copyCommands)
  .use(fences)
  .use(tables)
  .use(safeHtml);

/**
 * Makes HTML of a README.md.
 *
 * @param place where its relative links begin
 * @param options.sections false for texts that are no tutorial, such as the
 *   task
 *   of an exercise: then there are no steps and no contents, only the look
 * @param options.prefix stands before the id of each heading, and of each step
 * @param options.trip whether it is a side trip
 * @param options.files of the lesson, with slashes: code that names one is a
 *   link to it
 * @param options.shellPort the port of the shell that shows it
 */
export function renderTutorial(
  text: string,
  place: TutorialPlace,
  {
    sections = true,
    prefix = sections ? '' : 'file-',
    trip = false,
    shellPort,
    files = [],
  }: {
    sections?: boolean;
    prefix?: string;
    trip?: boolean;
    shellPort?: number | undefined;
    files?: readonly string[];
  } = {},
): string {
  const env: TutorialEnv = {
    place,
    shellPort,
    hasSteps: sections,
    isTrip: trip,
    files,
    prefix,
    taken: new Set(),
    ids: new Map(),
  };
  const tokens = markdown.parse(text, env);
  if (!sections) return markdown.renderer.render(tokens, markdown.options, env);
  return layOut(markdown, tokens, env);
}

/**
 * Makes HTML of all that a lesson's shell can show in the tutorial's place: the
 * tutorial, and behind it an `<article>` for each side trip, whose id is the
 * trip's name.
 *
 * @param text of the lesson's README.md
 * @param options as for `renderTutorial`
 */
export function lessonHtml(
  text: string,
  trips: readonly SideTrip[],
  lesson: string,
  options: { shellPort: number; files: readonly string[] },
): string {
  const render = (markdownText: string, folder: string, more = {}) =>
    renderTutorial(markdownText, { lesson, folder }, { ...options, ...more });
  const articles = trips.map(({ name, title, file, text: tripText }) => {
    const more = { trip: true, prefix: sideTripPrefix(name) };
    return (
      `<article class="prose side-trip" id="${name}" ` +
      `data-title="${escapeHtml(title)}" tabindex="-1">\n` +
      `${render(tripText, posix.dirname(file), more)}</article>\n`
    );
  });
  return render(text, '') + articles.join('');
}
