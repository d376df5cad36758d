/**
 * The strip that says what is broken, and since when, with a button that mends
 * it. Where nothing is broken it takes no room.
 */
import type { FaultMessage } from '../server/faults-message.ts';
import { button, part } from './parts.ts';
import type { FaultSetter } from './set-faults.ts';

/** A fault in a few words: `reset after 2 kB, from the server`. */
export function inBrief({ name, numbers, where }: FaultMessage): string {
  return [[name, numbers].filter(Boolean).join(' '), where]
    .filter(Boolean)
    .join(', ');
}

/**
 * For how long a fault has applied: `for 12 s`, `for 3 min`.
 *
 * @param ms 0 or more; what is below 0 counts as 0
 */
export function forHowLong(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `for ${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100
    ? `for ${minutes} min`
    : `for ${Math.round(minutes / 60)} h`;
}

/**
 * Makes the strip.
 *
 * @param place where it is, for those who cannot see that: `beside the page`
 * @param after gets the focus where the button that had it has gone
 */
export function makeBrokenNow(
  faults: FaultSetter,
  place: string,
  after: () => HTMLElement | undefined,
): HTMLElement {
  const strip = document.createElement('div');
  strip.className = 'broken-now';
  strip.role = 'group';
  strip.ariaLabel = `What is broken now, ${place}`;
  strip.hidden = true;
  const list = document.createElement('ul');
  strip.append(list);

  const items = new Map<string, ReturnType<typeof makeItem>>();
  let timer: ReturnType<typeof setInterval> | undefined;

  function showTimes(): void {
    const now = Date.now() + faults.ahead;
    for (const fault of faults.known.now)
      items.get(fault.text)?.showTime(now - fault.since);
  }

  faults.onChange(() => {
    const { now } = faults.known;
    const hadFocus = strip.contains(document.activeElement);
    for (const [text, { element }] of items)
      if (now.every((fault) => fault.text !== text)) {
        element.remove();
        items.delete(text);
      }
    for (const fault of now) {
      if (items.has(fault.text)) continue;
      const item = makeItem(fault, () => {
        const others = faults.known.now.map(({ text }) => text);
        void faults.set(others.filter((text) => text !== fault.text));
      });
      items.set(fault.text, item);
      list.append(item.element);
    }
    strip.hidden = now.length === 0;
    showTimes();
    clearInterval(timer);
    if (now.length > 0) timer = setInterval(showTimes, 1000);
    if (hadFocus && !strip.contains(document.activeElement))
      (strip.querySelector('button') ?? after())?.focus();
  });
  return strip;
}

function makeItem(fault: FaultMessage, mend: () => void) {
  const element = document.createElement('li');
  element.title = fault.sentence;
  const words = part('words', inBrief(fault));
  const time = part('time', '');
  const stop = button('Mend');
  stop.ariaLabel = `Mend ${inBrief(fault)}`;
  stop.addEventListener('click', mend);
  element.append(words, time, stop);
  return {
    element,
    showTime: (ms: number) => {
      time.textContent = `, ${forHowLong(ms)}`;
    },
  };
}

/** Says once what has changed, to those who hear the page. */
export function makeBrokenVoice(faults: FaultSetter): HTMLElement {
  const voice = document.createElement('p');
  voice.className = 'visually-hidden';
  voice.role = 'status';
  let before: FaultMessage[] = [];
  faults.onChange(() => {
    const { now } = faults.known;
    const isIn = (list: FaultMessage[], { text }: FaultMessage) =>
      list.some((each) => each.text === text);
    const broken = now.filter((fault) => !isIn(before, fault));
    const mended = before.filter((fault) => !isIn(now, fault));
    before = now;
    const said = [
      ...(broken.length > 0
        ? [`Broken: ${broken.map(inBrief).join('; ')}.`]
        : []),
      ...(mended.length > 0
        ? [`Mended: ${mended.map(inBrief).join('; ')}.`]
        : []),
    ];
    if (said.length > 0) voice.textContent = said.join(' ');
  });
  return voice;
}
