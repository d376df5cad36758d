/**
 * Every tutorial has the same parts in the same order, and a budget: what a
 * lesson may cost its reader is counted in words and minutes. A side trip has
 * steps like a tutorial's, one question, one thing to run, and its own budget.
 */
import type { Finding } from './finding.ts';
import { parseMarkdown, type Heading, type Markdown } from './markdown.ts';
import { foldersOf, packageJson, textOf, textsWithSteps } from './tree.ts';
import { countWords, withoutComments } from './word-count.ts';

const limits = {
  steps: [5, 7],
  words: 200, // in one step, tables and boxes counted
  folds: 10, // in one lesson
  fold: 120, // words in one fold, fences not counted
  recalled: 5, // things that are asked at the end, from memory
  growth: 1.25, // of the words that a lesson began with
  things: 3, // that one can do afterwards
  actions: 2, // in a Do without a numbered list
  reading: 1.5, // the manifest's minutes, to the sum of the steps'
  trips: 2, // side trips in one lesson
  tripSteps: [1, 4],
  tripWords: 600, // fences counted
  tripMinutes: 15,
} as const;

/** The words of each tutorial when its budget was set, fences counted. */
const wordsAtFirst: Record<string, number> = {
  xhr: 2481,
  sse: 2637,
  websocket: 2401,
  http2: 2500,
  'server-to-server': 2346,
};

const labels = ['Predict', 'Do', 'See', 'Why'];

type Report = (
  line: number | undefined,
  found: string,
  expected: string,
  remedy: string,
) => void;

/** A tutorial that is taken apart. */
interface Tutorial {
  folder: string;
  /** Without comments, which nobody reads; their lines stay, empty. */
  lines: string[];
  markdown: Markdown;
  /** All headings of level 2, and those of them that are steps. */
  sections: Heading[];
  steps: Heading[];
}

/** Looks at the README.md of each folder in `lessons/`, and at its side trips. */
export async function checkTutorials(root: string): Promise<Finding[]> {
  const names = await foldersOf(root, 'lessons');
  const findings = await Promise.all(
    names.map((name) => checkLesson(root, name)),
  );
  return findings.flat();
}

async function checkLesson(root: string, name: string): Promise<Finding[]> {
  const folder = `lessons/${name}`;
  const findings: Finding[] = [];
  const reportIn =
    (file: string): Report =>
    (line, found, expected, remedy) =>
      findings.push({ file, line, found, expected, remedy });
  const [file = '', ...trips] = await textsWithSteps(root, name);
  const tutorial = await readTutorial(root, folder, file);
  if (!tutorial) return [];
  const manifest = (await packageJson(root, folder))?.lesson;
  const report = reportIn(file);
  checkQuestion(tutorial, manifest?.question, report);
  checkOpening(tutorial, report);
  checkSteps(tutorial, limits.steps, report);
  checkFolds(tutorial, report);
  checkLength(tutorial, report);
  checkMinutes(tutorial, manifest?.minutes, report);
  checkBox(tutorial, report);
  checkEnd(tutorial, report);
  if (trips.length > limits.trips)
    report(
      undefined,
      `${trips.length} side trips`,
      `at most ${limits.trips} in a lesson`,
      'Keep those that most people ask for.',
    );
  for (const trip of trips) {
    const read = await readTutorial(root, folder, trip);
    if (read) checkTrip(read, trip, name, reportIn(trip));
    else
      reportIn(trip)(
        undefined,
        'no such file',
        'a README.md in each folder of side-trips/',
        'Write it, or remove the folder.',
      );
    checkWayThere(tutorial, trip, report);
  }
  return findings;
}

async function readTutorial(
  root: string,
  folder: string,
  file: string,
): Promise<Tutorial | undefined> {
  const text = await textOf(root, file);
  if (text === undefined) return undefined;
  const markdown = parseMarkdown(text);
  const sections = markdown.headings.filter(({ level }) => level === 2);
  return {
    folder,
    lines: withoutComments(text).split('\n'),
    markdown,
    sections,
    steps: sections.filter(({ text: title }) => /^\d+\. /.test(title)),
  };
}

// --- Side trips ---

/** What a side trip has: a title with minutes, a question, a command, steps. */
function checkTrip(
  trip: Tutorial,
  file: string,
  lesson: string,
  report: Report,
): void {
  const { lines, markdown } = trip;
  const name = file.split('/').at(-2) ?? '';
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(name))
    report(
      undefined,
      `a folder ${name}`,
      'a name of small letters and hyphens: it is an address in the shell',
      'Name it after what it is about.',
    );
  const [title] = markdown.headings;
  const minutes = Number(/ \((\d+) min\)$/.exec(title?.text ?? '')?.[1] ?? NaN);
  if (title?.level !== 1 || !(minutes <= limits.tripMinutes))
    report(
      title?.line,
      title?.text ?? 'no heading',
      `# Title (${limits.tripMinutes} min), of at most so many minutes`,
      'Measure it once, and leave out what takes longer.',
    );
  const opening = lines.slice(0, trip.sections[0]?.line);
  const asked = lines.filter((line) => /^\*\*.*\?\*\*$/.test(line));
  if (asked.length !== 1 || !opening.includes(asked[0]!))
    report(
      title?.line,
      `${asked.length} questions in bold`,
      'one, in a line of its own before the first step: **How?**',
      'Ask what brings the reader here.',
    );
  const start = opening.find((line) => line.startsWith('**Start it.** '));
  const command = `npx -y pnpm lesson ${lesson}`;
  if (!start?.includes(`\`${command}`))
    report(
      title?.line,
      start ?? 'no paragraph **Start it.** before the first step',
      `one paragraph that begins with these words, and has \`${command} …\``,
      'Write the one command that starts it.',
    );
  checkSteps(trip, limits.tripSteps, report);
  checkFolds(trip, report);
  const words = countWords(lines).all;
  if (words > limits.tripWords)
    report(
      undefined,
      `${words} words, without comments`,
      `at most ${limits.tripWords} in a side trip`,
      'Say what its question asks for, and nothing else.',
    );
}

/** The tutorial leads there, and has no heading of the same address. */
function checkWayThere(
  { markdown, sections }: Tutorial,
  file: string,
  report: Report,
): void {
  const path = file.split('/').slice(2).join('/');
  const first = sections[0]?.line ?? Infinity;
  const links = markdown.links.filter(({ target }) => target === path);
  if (!links.some(({ line }) => line > first))
    report(
      links[0]?.line,
      links.length === 0
        ? `no link to ${path}`
        : `a link before the first step`,
      `a link to ${path} in the step or the fold where its question comes up`,
      'Link it there: nobody looks for it elsewhere.',
    );
  const name = file.split('/').at(-2) ?? '';
  if (markdown.anchors.has(name))
    report(
      undefined,
      `a heading whose address is #${name}`,
      `none: in the shell #${name} is the side trip`,
      'Call one of them something else.',
    );
}

/** The lines of a section, without its heading. */
function bodyOf({ lines, sections }: Tutorial, section: Heading): string[] {
  const next = sections[sections.indexOf(section) + 1];
  return lines.slice(section.line, next ? next.line - 1 : undefined);
}

// --- Before the first step ---

/** The question on the home page is the one that the tutorial asks. */
function checkQuestion(
  { lines }: Tutorial,
  question: string | undefined,
  report: Report,
): void {
  const line = lines.findIndex((each) => /^\*\*.*\?\*\*$/.test(each)) + 1;
  const found = lines[line - 1];
  if (question === undefined || found === `**${question}**`) return;
  report(
    line || undefined,
    found ?? 'no question in bold',
    `**${question}**, as in its package.json`,
    'Write the same in both places.',
  );
}

function checkOpening(tutorial: Tutorial, report: Report): void {
  const end = (tutorial.sections[0]?.line ?? tutorial.lines.length + 1) - 1;
  const opening = tutorial.lines.slice(0, end);
  if (!opening.some((line) => line.startsWith('**Start it.** ')))
    report(
      undefined,
      'no paragraph **Start it.** before the first step',
      'one paragraph that begins with these words, and says how to start the lesson',
      'Write it: the shell leaves it out, a Git host shows it.',
    );
  const at = opening.findIndex((line) =>
    line.startsWith('**Afterwards you can**'),
  );
  if (at < 0) {
    report(
      undefined,
      'no paragraph **Afterwards you can** before the first step',
      `one, and after it a list of ${limits.things} things`,
      'Say what the reader will be able to do, each with a link to its proof.',
    );
    return;
  }
  const after = opening.slice(at + 1);
  const next = after.findIndex(
    (line) => line.trim() !== '' && !/^(?:[-*] |\s+\S)/.test(line),
  );
  const items: { text: string; line: number }[] = [];
  const listed = next < 0 ? after : after.slice(0, next);
  for (const [index, text] of listed.entries())
    if (/^[-*] /.test(text)) items.push({ text, line: at + 2 + index });
    else if (items.length > 0) items.at(-1)!.text += `\n${text}`;
  if (items.length !== limits.things)
    report(
      at + 1,
      `${items.length} things in the list after **Afterwards you can**`,
      `${limits.things}`,
      'Keep those that matter most: a list of three is read.',
    );
  for (const { text, line } of items) {
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(
      ([, target = '']) => target,
    );
    if (targets.some((target) => isProof(tutorial, target))) continue;
    report(
      line,
      targets.length === 0 ? 'no link' : `a link to ${targets.join(', ')}`,
      'a link to the step (#3-…) or the exercise (exercises/…/README.md) that proves it',
      'Link where the reader can see that it is so.',
    );
  }
}

function isProof({ markdown }: Tutorial, target: string): boolean {
  if (/^exercises\/[^/]+\/README\.md$/.test(target)) return true;
  return /^#\d+-/.test(target) && markdown.anchors.has(target.slice(1));
}

// --- The steps ---

function checkSteps(
  tutorial: Tutorial,
  [fewest, most]: readonly [number, number],
  report: Report,
): void {
  const { steps } = tutorial;
  if (steps.length < fewest || steps.length > most)
    report(
      steps[0]?.line,
      `${steps.length} steps (## 1. Title (4 min))`,
      `${fewest} to ${most} steps`,
      'Join steps that teach one thing, or fold away what is not for everyone.',
    );
  for (const [index, step] of steps.entries()) {
    const number = /^\d+/.exec(step.text)?.[0];
    if (Number(number) !== index + 1)
      report(
        step.line,
        `step ${number}`,
        `step ${index + 1}: numbered one by one from 1`,
        'Number the steps again.',
      );
    const body = bodyOf(tutorial, step);
    const words = countWords(body).read;
    if (words > limits.words)
      report(
        step.line,
        `${words} words, tables and boxes counted, without fences and <details>`,
        `at most ${limits.words} in a step`,
        'Shorten it, or fold away what is not for everyone in <details>.',
      );
    const said = body.flatMap(
      (line) => /^\*\*(Predict|Do|See|Why)\.\*\*/.exec(line)?.[1] ?? [],
    );
    if (said.join() !== labels.join())
      report(
        step.line,
        said.length === 0 ? 'no labels' : said.join(', '),
        'the paragraphs **Predict.**, **Do.**, **See.**, **Why.**, in this order',
        'Let the learner guess, do, see, and only then say why.',
      );
    checkDo(body, step.line + 1, report);
  }
}

/** What one does to the page or the program, in the imperative. */
const actions =
  /(?<!\b(?:to|you|may|can|could|will|would|must|should|not|never|the|a|an|no|that|which|of|its|your|it|they|we|is|are|be) )\b(?:press|choose|ask|open|type|click|load|reload|save|stop|start|restart|run|write|set|select|switch|close|send|mend|break|tick|untick|enter|change|move|drag|copy|paste|turn|put|pick|repeat|cut|unplug|kill|replace|delete|remove|add|disconnect|connect|reconnect|subscribe|publish|scroll|go)\b(?![-’'])/gi;

/**
 * A Do of several actions is a numbered list. An action is an imperative; what
 * is in italics or backticks is what it is done to.
 *
 * @param first the line of the file in which the body begins
 */
function checkDo(body: string[], first: number, report: Report): void {
  const from = body.findIndex((line) => line.startsWith('**Do.**'));
  if (from < 0) return;
  const to = body.findIndex((line) => line.startsWith('**See.**'));
  const lines = body.slice(from, to < from ? undefined : to);
  if (lines.some((line) => /^\d+\. /.test(line))) return;
  let inFence = false;
  const prose = lines.filter((line) => {
    const isEdge = line.startsWith('```');
    if (isEdge) inFence = !inFence;
    return !inFence && !isEdge;
  });
  const plain = prose
    .join('\n')
    .replaceAll(/`[^`]*`|(?<!\*)\*(?!\*)[^*]+\*(?!\*)|\]\([^)]*\)/g, '…');
  const found = [...plain.matchAll(actions)].map(([verb]) => verb);
  if (found.length <= limits.actions) return;
  report(
    first + from,
    `a Do of ${found.length} actions in one paragraph: ${found.join(', ')}`,
    `at most ${limits.actions}, or a numbered list`,
    'Number them, and say after each what there is to see.',
  );
}

// --- Its size ---

function checkFolds({ lines, sections }: Tutorial, report: Report): void {
  const { folds } = countWords(lines);
  // Those at the end hide what is to be said from memory first.
  const end = sections.find(isFromMemory)?.line ?? Infinity;
  const more = folds.filter(({ line }) => line < end);
  const tooMany = more[limits.folds];
  if (tooMany)
    report(
      tooMany.line,
      `${more.length} folds (<details>)`,
      `at most ${limits.folds} in a lesson`,
      'Leave out what fewest ask, or make a side trip of it.',
    );
  for (const { words, line } of folds)
    if (words > limits.fold)
      report(
        line,
        `${words} words in a fold, without fences`,
        `at most ${limits.fold}`,
        'Shorten it, or fold away less.',
      );
}

function checkLength({ folder, lines }: Tutorial, report: Report): void {
  const before = wordsAtFirst[folder.replace(/^lessons\//, '')];
  if (before === undefined) return;
  const words = countWords(lines).all;
  const most = Math.floor(before * limits.growth);
  if (words <= most) return;
  report(
    undefined,
    `${words} words, without comments`,
    `at most ${most}: ${limits.growth} times the ${before} of the first edition`,
    'Let what is new replace something weaker.',
  );
}

function checkMinutes(
  { sections, steps }: Tutorial,
  promised: number | undefined,
  report: Report,
): void {
  let minutes = 0;
  for (const section of steps.concat(sections.filter(isLast))) {
    const printed = /\((\d+) min\)$/.exec(section.text)?.[1];
    minutes += Number(printed ?? 0);
    if (printed !== undefined) continue;
    report(
      section.line,
      section.text,
      'the minutes it takes, at the end of its heading: (4 min)',
      'Measure it once, and write it there.',
    );
  }
  if (promised === undefined) return;
  if (promised >= minutes && promised <= minutes * limits.reading) return;
  report(
    undefined,
    `${promised} minutes in package.json, ${minutes} in the headings`,
    `from ${minutes} to ${Math.floor(minutes * limits.reading)} in package.json`,
    'Say the same in both places.',
  );
}

function checkBox({ lines }: Tutorial, report: Report): void {
  const box = '> **What the page cannot see.**';
  if (lines.some((line) => line.startsWith(box))) return;
  report(
    undefined,
    'no box **What the page cannot see.**',
    'at least one: a quotation that begins with these words',
    'Say what the wire carries and the API hides.',
  );
}

/** After the choice comes at most what is asked once more. */
function checkEnd(tutorial: Tutorial, report: Report): void {
  const { sections } = tutorial;
  const last = sections.at(-1);
  const asked = last && isFromMemory(last) ? last : undefined;
  const choice = asked ? sections.at(-2) : last;
  if (!choice || !isLast(choice))
    report(
      choice?.line,
      choice ? `the last section is "${choice.text}"` : 'no section',
      'the last section is "When to choose it"; after it only "From memory"',
      'End with the choice that the reader has to make.',
    );
  if (asked) checkFromMemory(tutorial, asked, report);
}

/** What is asked at the end is folded away, with a link to its step. */
function checkFromMemory(
  tutorial: Tutorial,
  section: Heading,
  report: Report,
): void {
  const body = bodyOf(tutorial, section);
  const folds = body.join('\n').split('<details').slice(1);
  if (folds.length !== limits.recalled)
    report(
      section.line,
      `${folds.length} folds (<details>) in "${section.text}"`,
      `${limits.recalled}`,
      'Ask for what everybody should remember, and nothing else.',
    );
  let line = section.line + 1;
  line += body.findIndex((each) => each.includes('<details'));
  for (const fold of folds) {
    const anchors = [...fold.matchAll(/\]\(#(\d+-[^)\s]+)\)/g)];
    const isThere = anchors.some(([, anchor = '']) =>
      tutorial.markdown.anchors.has(anchor),
    );
    if (!isThere)
      report(
        line,
        'no link to a step',
        'a link to the step (#3-…) where one can see it',
        'Link where a reader who has forgotten it finds it.',
      );
    line += fold.split('\n').length - 1;
  }
}

function isLast({ text }: Heading): boolean {
  return /^When to choose it\b/.test(text);
}

function isFromMemory({ text }: Heading): boolean {
  return text === 'From memory';
}
