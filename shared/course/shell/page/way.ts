/**
 * The way on: what is done is marked in the contents, and the tutorial has an
 * end, with its exercises, the next lesson, and the steps that were left out.
 */
import type { ExerciseOnTheWay, WayMessage } from '../../way/message.ts';
import { open } from './home.ts';

let fetches = 0;
/** What the latest fetch brought, of those that have come. */
let latest: { fetch: number; way: WayMessage } | undefined;

/** Gets the way on; undefined where nobody can say, and for an exercise. */
export async function fetchWay(): Promise<WayMessage | undefined> {
  if (document.documentElement.dataset['exercise'] === 'yes') return undefined;
  const mine = (fetches += 1);
  try {
    const response = await fetch('/way');
    if (!response.ok) return undefined;
    const way = (await response.json()) as WayMessage;
    if (!latest || latest.fetch < mine) latest = { fetch: mine, way };
    return latest.way;
  } catch {
    return undefined;
  }
}

/** The id of the section at the end. */
export const END = 'the-way-on';

/**
 * Puts the end below the text, and a line for it into the contents; what was
 * put there before goes.
 *
 * @param article the tutorial
 */
export function showWay(article: HTMLElement, way: WayMessage): void {
  // A text without sections has no end either.
  const contents = article.querySelector('.contents ol');
  if (!contents || way.steps.length === 0) return;
  const old = article.querySelector(`#${END}`);
  const section = endOf(way);
  const focused = old?.contains(document.activeElement)
    ? [...old.querySelectorAll('a, button')].indexOf(document.activeElement!)
    : -1;
  if (old) old.replaceWith(section);
  else article.append(section);
  const again = [...section.querySelectorAll<HTMLElement>('a, button')];
  again[focused]?.focus({ preventScroll: true });
  markExercises(article, way);
  for (const list of document.querySelectorAll('.contents ol')) {
    // The menu has those of the text that is shown, maybe a side trip.
    const isMenu = !list.closest('article');
    if (isMenu ? !article.hidden : article.contains(list))
      markContents(list, article, way);
  }
}

/** Each exercise's paragraph gets an id, so that the contents can lead there. */
function markExercises(article: HTMLElement, { exercises }: WayMessage): void {
  for (const { id, folder } of exercises) {
    const start = `/files/${folder}/`;
    // An earlier link to it only says what can be done afterwards.
    const place = [...article.querySelectorAll('section p')].find(
      (each) =>
        each.textContent.startsWith('Exercise.') &&
        each.querySelector('a')?.getAttribute('href')?.startsWith(start),
    );
    if (place && !place.id) place.id = idOf(id);
  }
}

const idOf = (exercise: string) => `exercise-${exercise.replace('/', '-')}`;

function markContents(
  list: Element,
  article: HTMLElement,
  { steps, exercises }: WayMessage,
): void {
  for (const item of list.querySelectorAll('[data-way]')) item.remove();
  const lineOf = (id: string) =>
    list.querySelector(`a[href="#${CSS.escape(id)}"]`);
  for (const { id, done } of steps)
    if (done) lineOf(id)?.append(mark('done', 'done'));
  for (const { id, title, standing, words } of exercises) {
    const place = article.querySelector(`#${CSS.escape(idOf(id))}`);
    const section = place?.closest('section');
    const line = section && lineOf(section.id);
    if (!line) continue;
    const item = element('li');
    item.dataset['way'] = '';
    item.className = 'exercise-line';
    const link = element('a');
    link.href = `#${idOf(id)}`;
    const name = element('span', `${id} ${title}`);
    name.className = 'title';
    link.append(name, mark(standing, words));
    item.append(link);
    // Behind those of the same step that are there already.
    let after = line.closest('li')!;
    while (after.nextElementSibling?.classList.contains('exercise-line'))
      after = after.nextElementSibling as HTMLLIElement;
    after.after(item);
  }
  const end = element('li');
  end.dataset['way'] = '';
  const link = element('a');
  link.href = `#${END}`;
  const title = element('span', 'The way on');
  title.className = 'title';
  link.append(title);
  end.append(link);
  list.append(end);
}

/** What is done, for the eye and in words. */
function mark(kind: string, words: string): HTMLElement {
  const made = element('span');
  made.dataset['way'] = '';
  made.className = 'way-mark';
  made.dataset['standing'] = kind;
  const signs: Record<string, string> = { done: '✓', broken: '✗', begun: '…' };
  const sign = element('span', signs[kind] ?? '');
  sign.ariaHidden = 'true';
  const said = element('span', `, ${words}`);
  said.className = 'visually-hidden';
  made.append(sign, said);
  return made;
}

function endOf({ steps, exercises, next }: WayMessage): HTMLElement {
  const section = element('section');
  section.id = END;
  section.className = 'plain way-on';
  section.setAttribute('aria-labelledby', `${END}-title`);
  const heading = element('h2');
  heading.id = `${END}-title`;
  heading.tabIndex = -1;
  const title = element('span', 'The way on');
  title.className = 'title';
  heading.append(title);
  section.append(heading);
  const left = steps.filter(({ done }) => !done);
  if (left.length === 0 && steps.length > 0)
    section.append(element('p', 'You have done all steps of this lesson.'));
  else {
    section.append(
      element(
        'p',
        left.length === steps.length
          ? 'These steps wait for you:'
          : 'You have left out some steps:',
      ),
    );
    const list = element('ul');
    for (const { id, number, title: name } of left) {
      const item = element('li');
      const link = element('a', `${number}. ${name}`);
      link.href = `#${id}`;
      item.append(link);
      list.append(item);
    }
    section.append(list);
  }
  if (exercises.length > 0) {
    section.append(element('h3', 'Its exercises'));
    const list = element('ol');
    list.className = 'way-exercises';
    list.append(...exercises.map(exerciseItem));
    section.append(list);
  }
  section.append(element('h3', next ? 'The next lesson' : 'The last lesson'));
  if (!next) {
    section.append(
      element('p', 'This was the last one. The home page has all of them.'),
      button('Home page', 'home', 'home page'),
    );
    return section;
  }
  section.append(element('p', `${next.title}, ${next.minutes} min`));
  const line = element('p');
  line.className = 'way-start';
  line.append(button('Start', next.name, next.title), ...command(next.command));
  section.append(line);
  return section;
}

function exerciseItem({
  id,
  title,
  minutes,
  standing,
  words,
  folder,
  command: typed,
}: ExerciseOnTheWay): HTMLElement {
  const item = element('li');
  const name = element('p');
  const link = element('a', title);
  link.href = `/files/${folder}/README.md`;
  const said = element('span', `${minutes} min, ${words}`);
  said.className = 'soft';
  said.dataset['standing'] = standing;
  name.append(element('code', id), ' ', link, ' ', said);
  const line = element('p');
  line.className = 'way-start';
  line.append(button('Start', id, `${id} ${title}`), ...command(typed));
  item.append(name, line);
  return item;
}

function button(words: string, what: string, title: string): HTMLElement {
  const made = element('button', `${words} `);
  made.type = 'button';
  made.ariaLabel = words.toLowerCase().includes(title.toLowerCase())
    ? `${words}, in its own tab`
    : `${words} ${title}, in its own tab`;
  const arrow = element('span', '↗');
  arrow.ariaHidden = 'true';
  made.append(arrow);
  made.addEventListener('click', () => void open(what, title));
  return made;
}

function command(typed: string): HTMLElement[] {
  const copy = element('button', 'Copy');
  copy.type = 'button';
  copy.className = 'copy';
  copy.dataset['copy'] = typed;
  copy.ariaLabel = `Copy ${typed}`;
  return [element('code', typed), copy];
}

function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  text = '',
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}
