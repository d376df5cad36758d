/**
 * What moves on the map of links: a dot for each unit that went over one, from
 * the side that sent it. Dots are a picture of what the counts say, so there
 * are never many of them, and none where the reader wants no motion.
 */
import type { Edge } from './link-map.ts';
import { part } from './parts.ts';

const MOST = 60; // dots at a time, on the whole map
const TRAVEL = 700; // ms
const APART = 70; // ms between two dots of one link and direction

const still = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Makes what sends dots.
 *
 * @param picture what they are drawn in; places are relative to it
 */
export function makeDots(picture: HTMLElement): {
  /** Sends one: `up` from the caller to who is called, `down` back. */
  send(link: string, edge: Edge, direction: 'up' | 'down'): void;
  /** Makes what stands on a link start: a fault has just struck there. */
  strike(mark: HTMLElement): void;
} {
  /** When the last dot of a link and direction sets off. */
  const last = new Map<string, number>();
  let flying = 0;
  return {
    send(link, { from, to }, direction) {
      if (still.matches || flying >= MOST) return;
      const way = `${link} ${direction}`;
      const now = performance.now();
      const start = Math.max(now, (last.get(way) ?? 0) + APART);
      if (start > now + TRAVEL) return; // too late to be of this moment
      last.set(way, start);
      flying += 1;
      const dot = part('dot', '');
      dot.dataset['direction'] = direction;
      picture.append(dot);
      const ends = direction === 'up' ? [from, to] : [to, from];
      const flight = dot.animate(
        ends.map(({ x, y }) => ({ translate: `${x}px ${y}px` })),
        { duration: TRAVEL, delay: start - now, fill: 'both' },
      );
      flight.onfinish = flight.oncancel = () => {
        flying -= 1;
        dot.remove();
      };
    },
    strike(mark) {
      if (still.matches || mark.getAnimations().length > 0) return;
      mark.animate({ scale: [1.25, 1] }, { duration: 250 });
    },
  };
}
