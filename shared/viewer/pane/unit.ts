/**
 * The panel of a chosen unit: what it is, then its fields and bytes, or what it
 * carries; or the unit beside another one.
 *
 * Which of the two is shown holds for the units that are chosen later, and so
 * does the unit that others are compared with, until the reader stops that.
 */
import { shortened } from '@on-the-wire/wire/text.ts';
import { timesInWords, type Exchange } from '../exchanges.ts';
import type { Details, Source } from '../source.ts';
import { drawComparison } from './compare.ts';
import { makeCopyAs } from './copy-as.ts';
import { button, paragraph } from './parts.ts';
import { drawContent } from './unit-content.ts';
import { drawBytesAndFields } from './unit-bytes.ts';
import { exchangesOf } from './exchanges.ts';

const VIEWS = { fields: 'Fields and bytes', content: 'Content' } as const;
type View = keyof typeof VIEWS;

/** What the panel asks of the wire around it. */
export interface UnitContext {
  source: Source;
  /** Shows a unit, by its number. */
  open(n: number): void;
  /** Lets the arrow keys choose lines. */
  focusLines(): void;
}

/** The panel, as the wire fills it. */
export interface UnitPanel {
  /** Draws a unit; what was drawn before is forgotten. */
  show(details: Details): void;
  /**
   * Lets a text that was searched for be seen, in any case: where the fields do
   * not have it, and the content does, that is shown, as far as it.
   */
  reveal(text: string): void;
  /** Draws a sentence instead of a unit. */
  say(text: string): void;
  /** Puts all away, and compares no more. */
  clear(): void;
  /** Moves the focus to what is drawn. */
  focus(): void;
}

/** Makes the panel in an element. */
export function makeUnitPanel(
  container: HTMLElement,
  context: UnitContext,
): UnitPanel {
  let view: View = 'fields';
  /** The unit with which others are compared. */
  let compared: Details | undefined;
  let shown: Details | undefined;
  const exchanges = exchangesOf(context.source);
  /** Says the times again, of an exchange that goes on. */
  let drawTimes = () => {};
  context.source.follow(() => drawTimes());

  const show = (details: Details) => {
    shown = details;
    if (compared && compared.line.n !== details.line.n)
      drawBoth(compared, details);
    else drawOne(details);
  };

  function drawOne(details: Details): void {
    const header = makeHeader(details);
    const exchange = exchanges.of(details.line);
    if (exchange) header.append(makeTimes(exchange));
    else drawTimes = () => {};
    container.replaceChildren(header);
    const copy = makeCopyAs(context.source, details.line.n);
    const compare = button(compared ? 'Stop comparing' : 'Compare with…');
    compare.addEventListener('click', () => {
      compared = compared ? undefined : details;
      drawOne(details);
      if (compared) context.focusLines();
      else focus('.tools .compare');
    });
    compare.classList.add('compare');
    const tools = document.createElement('div');
    tools.className = 'tools';
    header.append(tools);
    if (details.content) tools.append(makeTabs(details));
    tools.append(copy.opener, compare);
    if (details.bytes) tools.append(readsSentence(details));
    header.append(copy.panel);
    if (compared) {
      const what = paragraph('Choose the line that it is compared with.');
      what.role = 'status';
      header.append(what);
    }
    drawView(details);
  }

  /** How long its exchange took; exactly, as soon as that was read. */
  function makeTimes(exchange: Exchange): HTMLElement {
    const { method, request } = exchange;
    const element = paragraph('');
    /** The header sections that were read. */
    const read = new Set<number>();
    const draw = () => {
      const { target, response } = exchange;
      const words = `${method} ${shortened(target)}: ${timesInWords(exchange)}`;
      if (element.textContent !== words) element.textContent = words;
      const known = response === undefined ? [request] : [request, response];
      const sections = known.filter((n) => !read.has(n));
      if (sections.length === 0) return;
      for (const n of sections) read.add(n);
      context.source.readHeaders(sections).then(
        (facts) => {
          exchanges.learn(exchange, facts);
          draw();
        },
        () => {}, // Then it stays as exact as the lines are.
      );
    };
    draw();
    drawTimes = draw;
    return element;
  }

  function makeTabs(details: Details): HTMLElement {
    const list = document.createElement('div');
    list.role = 'tablist';
    list.ariaLabel = 'What of the unit is shown';
    const tabs = (Object.keys(VIEWS) as View[]).map((name) => {
      const tab = button(VIEWS[name]);
      tab.role = 'tab';
      tab.dataset['view'] = name;
      tab.setAttribute('aria-controls', 'wire-unit-view');
      tab.addEventListener('click', () => choose(name));
      return tab;
    });
    const mark = () => {
      for (const tab of tabs) {
        const isChosen = tab.dataset['view'] === view;
        tab.ariaSelected = String(isChosen);
        tab.tabIndex = isChosen ? 0 : -1;
      }
    };
    const choose = (name: View) => {
      view = name;
      mark();
      drawView(details);
    };
    list.addEventListener('keydown', (event) => {
      if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
      event.preventDefault();
      choose(view === 'fields' ? 'content' : 'fields');
      tabs.find(({ tabIndex }) => tabIndex === 0)?.focus();
    });
    list.append(...tabs);
    mark();
    return list;
  }

  function drawView(details: Details): void {
    container.querySelector('.view')?.remove();
    const { bytes, content } = details;
    const element = document.createElement('div');
    element.className = 'view';
    // How wide it is decides how it is drawn.
    container.append(element);
    if (content) {
      element.id = 'wire-unit-view';
      element.role = 'tabpanel';
      element.ariaLabel = VIEWS[view];
    }
    if (content && view === 'content') {
      element.classList.add('content');
      element.tabIndex = 0;
      drawContent(element, content);
    } else if (bytes) {
      drawBytesAndFields(element, details, bytes);
    } else {
      element.append(
        paragraph(
          'Its bytes are no longer kept: the recording holds 64 MiB, and the oldest leave first. While one connection has more than half of that, its own leave before all others.',
        ),
      );
    }
  }

  function drawBoth(a: Details, b: Details): void {
    const header = document.createElement('header');
    const title = document.createElement('h2');
    title.textContent = `Unit ${a.line.n} beside unit ${b.line.n}`;
    const named = ({ line }: Details) =>
      paragraph(`${line.n}: ${line.summary} · ${placeOf(line)}`);
    const tools = document.createElement('div');
    tools.className = 'tools';
    header.append(title, named(a), named(b), tools);
    const element = document.createElement('div');
    element.className = 'view comparison';
    element.tabIndex = 0;
    element.role = 'region';
    element.ariaLabel = title.textContent;
    container.replaceChildren(header, element);
    const between = drawComparison(element, a, b);
    const back = button(`Show unit ${a.line.n}`);
    back.addEventListener('click', () => {
      compared = undefined;
      context.open(a.line.n);
    });
    const stop = button('Stop comparing');
    stop.addEventListener('click', () => {
      compared = undefined;
      show(b);
      focus('.tools .compare');
    });
    tools.append(...between, back, stop);
  }

  function focus(selector: string): void {
    container.querySelector<HTMLElement>(selector)?.focus();
  }

  return {
    show,
    reveal(text) {
      const isDrawn = () =>
        !!container
          .querySelector('.fields, .content, .comparison')
          ?.textContent.toLowerCase()
          .includes(text.toLowerCase());
      if (!shown?.content || isDrawn()) return;
      view = 'content';
      show(shown);
      if (isDrawn()) return;
      for (const all of container.querySelectorAll<HTMLElement>('.show-all'))
        all.click();
    },
    say(text) {
      // Some notes are long: a header leaves room for the button beside it.
      const header = document.createElement('header');
      header.append(paragraph(text));
      container.replaceChildren(header);
      shown = undefined;
    },
    clear() {
      compared = undefined;
      shown = undefined;
      container.replaceChildren();
    },
    focus() {
      if (!shown) return;
      focus('.field, .view.content, .view.comparison');
    },
  };
}

function makeHeader({ line }: Details): HTMLElement {
  const element = document.createElement('header');
  const title = document.createElement('h2');
  title.textContent = line.summary;
  element.append(title, paragraph(placeOf(line)));
  if (line.problem !== undefined) {
    const problem = paragraph(line.problem);
    problem.className = 'problem';
    element.append(problem);
  }
  return element;
}

function placeOf(line: Details['line']): string {
  const { direction, connection, time, size, payload, kind } = line;
  return [
    kind,
    `connection ${connection}`,
    direction === 'up' ? 'to the server' : 'from the server',
    `${(time / 1000).toFixed(3)} s`,
    `${size.toLocaleString('en')} bytes: ${payload.toLocaleString('en')} payload, ${(size - payload).toLocaleString('en')} overhead`,
  ].join(' · ');
}

/** "A read is not a message": how this unit came. */
function readsSentence({ reads, ranges, line }: Details): HTMLElement {
  const first = ranges[0]?.[0] ?? 0;
  const starts = reads.filter(({ offset }) => offset > first).length;
  const sentences =
    starts === 0
      ? reads[0]?.offset === first
        ? 'Its first byte is the first of a read.'
        : 'It came in the middle of a read: a read is not a message.'
      : `It came in ${starts + 1} reads: a read is not a message. ▏marks where one begins.`;
  const element = paragraph(line.size === 0 ? '' : sentences);
  element.className = 'reads';
  return element;
}
