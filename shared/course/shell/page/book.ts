/**
 * The tutorial: its text, its steps, and the learner's place in it. A side trip
 * stands in its place while the address names it; the rest of the shell stays.
 */
import { inside, own } from '@on-the-wire/viewer/page/elements.ts';
import { ofLesson, recall, remember } from '@on-the-wire/viewer/page/memory.ts';
import { startOpening } from './opening.ts';
import { END, fetchWay, showWay } from './way.ts';
import { beginStep, fillSteps } from './run.ts';
import { showOwnEngine } from './own-engine.ts';
import { watchWidths } from '@on-the-wire/viewer/page/text.ts';

const scroller = own('tutorial');
const tutorial = inside(scroller, 'article');
/** What is read: the tutorial, or a side trip. */
let article = tutorial;

/** A place in the text that survives another width and another edition. */
interface Place {
  /** The section's id; '' is the tutorial's introduction. */
  section: string;
  /** How far its top is above the window's, in px. */
  offset: number;
}
const { exercise, at: keptStep = '' } = document.documentElement.dataset;
const placeKey = ofLesson(exercise === 'yes' ? 'task' : 'place');

/** Fetches the tutorial, goes to where the learner was, and keeps that. */
export async function startBook(): Promise<void> {
  showText(await fetchText());
  const reloaded = performance
    .getEntriesByType('navigation')
    .some(
      (entry) => (entry as PerformanceNavigationTiming).type !== 'navigate',
    );
  const kept = keptPlace();
  // An address that names a step leads there. After a reload it only says
  // where the learner was, and the kept place says it better.
  const linked = reloaded && kept ? undefined : elementOfHash();
  if (linked) show(linked);
  else if (kept) goTo(kept);

  let settle: ReturnType<typeof setTimeout> | undefined;
  let height = 0;
  scroller.addEventListener('scroll', () => {
    // In a text that has grown since, another line is at the top already.
    if (article.offsetHeight === height) drop();
    showHere();
    clearTimeout(settle);
    settle = setTimeout(settleHere, 200);
  });
  addEventListener('pagehide', keepPlace);
  addEventListener('hashchange', ({ newURL }) => {
    // By now a scroll may have written where the learner was before.
    const { hash } = new URL(newURL || location.href);
    const element = hash === '' ? tutorial : elementOfHash(hash);
    if (!element) return;
    const before = article;
    show(element);
    if (article !== before) {
      const link = isLeft(element) ? linkTo(before) : undefined;
      const heading = element.querySelector<HTMLElement>('h1, h2');
      (link ?? heading ?? element).focus({ preventScroll: true });
    }
    // A text that is turned to and not scrolled tells nothing by itself.
    showHere();
    settleHere();
  });
  own('previous').addEventListener('click', () => turn(-1));
  own('next').addEventListener('click', () => turn(1));
  startContents();
  showHere();
  beginStep(sectionHere().id);
  drop();
  void renewWay();
  // What was done in another tab, or in the terminal.
  addEventListener('focus', () => void renewWay());
  // Larger type, another width, a fold that opens: the line at the top stays.
  new ResizeObserver(() => {
    if (anchor?.element.isConnected)
      scroller.scrollTop += topOf(anchor.element) - anchor.top;
    height = article.offsetHeight;
  }).observe(inside(scroller, '.texts'));
  if (document.activeElement === document.body)
    scroller.focus({
      preventScroll: true,
      focusVisible: false,
    } as FocusOptions);
}

/** Says, here and to the server, where the learner is. */
function settleHere(): void {
  keepPlace();
  tellStep();
  beginStep(sectionHere().id);
}

/** Fetches the tutorial again and stays at the same place. */
export async function renewBook(): Promise<void> {
  const [text, way] = await Promise.all([fetchText(), fetchWay()]);
  // Only now: the reader may have turned the page meanwhile.
  const place = here();
  showText(text);
  if (way) showWay(tutorial, way);
  goTo(place);
  showHere();
  drop();
}

/** Goes to the next step, or to the previous. */
export function turn(by: 1 | -1): void {
  const target = neighbour(by);
  if (!target) return;
  history.replaceState(history.state, '', hashOf(target) || '/');
  show(target);
  inside(target, 'h1, h2').focus({ preventScroll: true });
}

/**
 * Where the learner was: in this browser, to the line; or in another one since,
 * of which the clone knows the step.
 */
function keptPlace(): Place | undefined {
  const kept = recall<Place>(placeKey);
  const isInTrip = sideTrips()
    .flatMap((trip) => sections(trip))
    .some(({ id }) => id === kept?.section);
  if (exercise === 'yes' || !keptStep || isInTrip) return kept;
  if (kept && stepOf(kept) === keptStep) return kept;
  return { section: keptStep, offset: 0 };
}

/**
 * The step of a place in the tutorial: that of its section, or the last one
 * before it. A side trip is no step of the lesson.
 */
function stepOf({ section }: Place): string | undefined {
  const all = sections(tutorial);
  const at = all.findIndex(({ id }) => id === section);
  return all
    .slice(0, at + 1)
    .findLast((each) => each.classList.contains('step'))?.id;
}

let toldStep = keptStep;

/** Tells the server at which step the learner is, for home and other browsers. */
function tellStep(): void {
  const step = stepOf(here());
  if (exercise === 'yes' || step === undefined || step === toldStep) return;
  toldStep = step;
  void fetch('/run/place', {
    method: 'PUT',
    body: JSON.stringify({ at: step }),
  }).catch(() => {});
}

/** Fetches what is done once more, and marks it. */
export async function renewWay(): Promise<void> {
  const way = await fetchWay();
  if (!way) return;
  const isFirst = !tutorial.querySelector(`#${END}`);
  // The contents above grow by lines, and nothing may move under the reader.
  const place = here();
  showWay(tutorial, way);
  goTo(place);
  // An address may name the end, which has only come now.
  if (isFirst && location.hash === `#${END}`) show(elementOfHash()!);
  showHere();
}

// The list of steps below its button; index.html makes it a popover.
function startContents(): void {
  const list = own('contents');
  list.addEventListener('toggle', ({ newState }) => {
    if (newState !== 'open') return;
    const { left, bottom } = own('contents-button').getBoundingClientRect();
    list.style.left = `${left}px`;
    list.style.top = `${bottom + 4}px`;
    const first = list.querySelector<HTMLElement>('a');
    const current = list.querySelector<HTMLElement>('[aria-current]');
    (current ?? first)?.focus({ preventScroll: true });
  });
  list.addEventListener('click', ({ target }) => {
    if ((target as Element).closest('a')) list.hidePopover();
  });
}

interface FetchedText {
  text: string;
  isMarkup: boolean;
}

async function fetchText(): Promise<FetchedText> {
  try {
    const response = await fetch('/tutorial');
    return { text: await response.text(), isMarkup: response.ok };
  } catch {
    const text = 'The tutorial could not be fetched. Reload to try again.';
    return { text, isMarkup: false };
  }
}

function showText({ text, isMarkup }: FetchedText): void {
  const texts = inside(scroller, '.texts');
  const { id } = article;
  for (const trip of sideTrips()) trip.remove();
  if (isMarkup) tutorial.innerHTML = text;
  else tutorial.textContent = text;
  texts.append(...tutorial.querySelectorAll(':scope > .side-trip'));
  for (const trip of sideTrips()) joinTrip(trip);
  showOwnEngine(texts);
  startOpening(tutorial);
  fillSteps(texts);
  watchWidths(texts);
  turnTo(sideTrips().find((trip) => trip.id === id) ?? tutorial);
}

function sideTrips(): HTMLElement[] {
  return [...scroller.querySelectorAll<HTMLElement>('.side-trip')];
}

/** A line of the contents leads to the side trip, and its first one back. */
function joinTrip(trip: HTMLElement): void {
  const from = linkTo(trip)?.closest<HTMLElement>('section');
  if (!from) return;
  const number = from.querySelector('h2 .number')?.textContent;
  const title = from.querySelector('h2 .title')?.textContent ?? '';
  const way = document.createElement('p');
  way.className = 'way-back';
  way.append(linkWith(from.id, `Back to ${number ? `step ${number}` : title}`));
  trip.prepend(way);

  const item = document.createElement('li');
  item.className = 'exercise-line';
  const words = document.createElement('span');
  words.className = 'title';
  words.textContent = `${trip.dataset['title']}, a side trip`;
  item.append(linkWith(trip.id, words));
  tutorial
    .querySelector(`.contents a[href="#${from.id}"]`)
    ?.closest('li')
    ?.after(item);
}

const linkTo = ({ id }: HTMLElement) =>
  tutorial.querySelector<HTMLElement>(`section a[href="#${id}"]`);

function linkWith(id: string, words: string | Node): HTMLAnchorElement {
  const link = document.createElement('a');
  link.href = `#${id}`;
  link.append(words);
  return link;
}

/** Where the learner was in the tutorial, from which they went on a side trip. */
let left: { section: string; place: Place } | undefined;

const isLeft = ({ id }: HTMLElement) =>
  article === tutorial && left?.section === id;

/** Shows this text, and its contents; nothing is scrolled. */
function turnTo(text: HTMLElement): void {
  article = text;
  for (const each of [tutorial, ...sideTrips()]) each.hidden = each !== text;
  const contents = text.querySelector('.contents ol');
  own('contents').replaceChildren(
    ...(contents ? [contents.cloneNode(true)] : []),
  );
}

// The introduction, then each section.
function sections(text = article): HTMLElement[] {
  return [text, ...text.querySelectorAll<HTMLElement>(':scope > section')];
}

/** The address of a section; the tutorial's introduction has none. */
const hashOf = ({ id }: HTMLElement): string => (id ? `#${id}` : '');

// Above 0: below the upper edge of the window.
function topOf(element: Element): number {
  return (
    element.getBoundingClientRect().top - scroller.getBoundingClientRect().top
  );
}

const tolerance = 24; // px: the space above a heading

function here(): Place {
  const section = sections().findLast((each) => topOf(each) <= tolerance);
  return section
    ? { section: section.id, offset: -topOf(section) }
    : { section: article.id, offset: 0 };
}

function goTo({ section, offset }: Place): void {
  const all = [tutorial, ...sideTrips()].flatMap((text) => sections(text));
  const element = all.find(({ id }) => id === section);
  if (!element) return;
  const text = element.closest('article')!;
  if (text !== article) turnTo(text);
  scroller.scrollTop += topOf(element) + offset;
}

let anchor: { element: Element; top: number } | undefined;

// Drops the anchor at the first line that can be seen.
function drop(): void {
  const element = [
    ...article.querySelectorAll('h1, h2, h3, p, li, tr, figure, summary'),
  ].find(
    (each) =>
      topOf(each) + each.getBoundingClientRect().height > 0 &&
      each.checkVisibility(),
  );
  anchor = element && { element, top: topOf(element) };
}

function neighbour(by: 1 | -1): HTMLElement | undefined {
  return by === 1
    ? sections().find((each) => topOf(each) > tolerance)
    : sections().findLast((each) => topOf(each) < -tolerance);
}

function elementOfHash(hash = location.hash): HTMLElement | undefined {
  const id = decodeURIComponent(hash.slice(1));
  return id
    ? (scroller.querySelector<HTMLElement>(`[id="${CSS.escape(id)}"]`) ??
        undefined)
    : undefined;
}

function show(element: HTMLElement): void {
  const text = element.closest('article')!;
  const before = article;
  if (text !== before) {
    if (before === tutorial)
      left = { section: sectionHere().id, place: here() };
    turnTo(text);
  }
  for (
    let fold = element.closest('details');
    fold;
    fold = fold.parentElement?.closest('details') ?? null
  )
    fold.open = true;
  if (element === article) scroller.scrollTo(0, 0);
  else element.scrollIntoView();
  // Back to the step, to the line that was read.
  if (text !== before && isLeft(element)) goTo(left!.place);
  // At once: whatever grows before the scroll is told would lead back.
  drop();
}

function keepPlace(): void {
  remember(placeKey, here());
}

/** The section that is read: its heading has come into the upper quarter. */
function sectionHere(): HTMLElement {
  const edge = scroller.clientHeight / 4;
  // A short section that was gone to stands at the top, and another below it.
  return (
    sections().find(
      (each) =>
        each !== tutorial &&
        location.hash === hashOf(each) &&
        Math.abs(topOf(each)) <= tolerance,
    ) ??
    sections().findLast((each) => topOf(each) <= edge) ??
    article
  );
}

/** The header of the pane, the contents and the address say where the learner is. */
function showHere(): void {
  const section = sectionHere();
  const hash = hashOf(section);
  const heading = section === article ? undefined : inside(section, 'h2');
  const line = own('here');
  const words = ['.number', '.title'].map((part) =>
    heading?.querySelector(part)?.cloneNode(true),
  );
  line.replaceChildren(...words.filter((word) => word !== undefined));
  if (article !== tutorial && section === article)
    line.textContent = `Side trip: ${article.dataset['title']}`;
  own('previous').ariaDisabled = String(!neighbour(-1));
  own('next').ariaDisabled = String(!neighbour(1));
  for (const link of document.querySelectorAll('.contents a'))
    if (link.getAttribute('href') === hash)
      link.setAttribute('aria-current', 'step');
    else link.removeAttribute('aria-current');
  const within = hash !== '' && elementOfHash()?.closest('section') === section;
  if (!within && location.hash !== hash)
    history.replaceState(history.state, '', hash || '/');
}
