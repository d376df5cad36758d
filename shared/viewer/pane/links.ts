/**
 * The panel of a run with several processes: a map of them, with an edge for
 * each link. Dots show what goes over it, and a button on the edge, or the edge
 * itself, breaks that link alone and mends it.
 */
import type { FaultMessage } from '../server/faults-message.ts';
import type { LinkMapMessage } from '../server/link-map-message.ts';
import { isUnit, type Source } from '../source.ts';
import { ofLesson, recall, remember } from '../page/memory.ts';
import { makeDots } from './link-dots.ts';
import {
  drawEdges,
  onEllipse,
  placePort,
  readLink,
  type Box,
  type Edge,
  type NamedLink,
} from './link-map.ts';
import { button, paragraph, part } from './parts.ts';
import type { FaultSetter } from './set-faults.ts';

const help =
  'Dots and numbers count units. Press a link to break it, and again to mend it.';

const count = (n: number) => n.toLocaleString('en');
const short = new Intl.NumberFormat('en', { notation: 'compact' });

/** Fills the panel; it offers itself only where there are links. */
export function startLinks(
  panel: HTMLElement,
  opener: HTMLElement,
  source: Source,
  faults: FaultSetter,
): void {
  panel.classList.add('links');
  opener.hidden = true;
  const map = document.createElement('div');
  map.className = 'map';
  const lines = svg('svg');
  lines.setAttribute('aria-hidden', 'true');
  const list = document.createElement('ul');
  list.ariaLabel = 'The links between the processes';
  map.append(lines, list);
  const about = paragraph(help);
  about.className = 'about';
  panel.append(map, about);

  const dots = makeDots(map);
  const nodes = new Map<string, HTMLElement>();
  const rows = new Map<string, ReturnType<typeof makeRow>>();
  let places: LinkMapMessage = { places: {}, parts: {} };
  let edges = new Map<string, Edge>();
  /** The link that the pointer or the focus is on: told in full. */
  let told: ReturnType<typeof makeRow> | undefined;

  const tell = (row: ReturnType<typeof makeRow> | undefined) => {
    told = row;
    about.textContent = row ? row.sentence : help;
  };

  function rowOf(name: string) {
    let row = rows.get(name);
    if (!row) {
      row = makeRow(readLink(name), {
        toggle: (down) => {
          const texts = faults.known.now.map(({ text }) => text);
          const others = texts.filter((text) => text !== `down@${name}`);
          void faults.set(down ? [...others, `down@${name}`] : others);
        },
        tell: (isOn) => tell(isOn ? rows.get(name) : undefined),
        counted: () => told === rows.get(name) && tell(told),
      });
      rows.set(name, row);
      lines.append(row.edge);
      list.append(row.element);
      const { from, to } = row.link;
      for (const each of [from, to]) addNode(each);
      layOut();
    }
    return row;
  }

  function addNode(name: string) {
    if (nodes.has(name)) return;
    const node = part('node', name);
    node.ariaHidden = 'true'; // the links name both their ends
    nodes.set(name, node);
    map.append(node);
  }

  function layOut() {
    const { clientWidth: width, clientHeight: height } = map;
    if (width === 0) return;
    // In a narrow pane it stands on end: what was beside is below.
    const isUpright = width < height * 1.5;
    for (const [port, whole] of Object.entries(places.parts))
      if (nodes.has(port)) addNode(whole);
    const boxes = new Map<string, Box>();
    const wholes = [...nodes.keys()].filter((name) => !places.parts[name]);
    for (const [at, name] of wholes.entries()) {
      const node = nodes.get(name)!;
      const place = places.places[name] ?? onEllipse(at, wholes.length);
      const [x, y] = isUpright ? [place[1], place[0]] : place;
      const { offsetWidth, offsetHeight } = node;
      const most = (size: number, own: number, percent: number) =>
        Math.max(own / 2, Math.min(size - own / 2, (size * percent) / 100));
      const box = {
        x: most(width, offsetWidth, x),
        y: most(height, offsetHeight, y),
        width: offsetWidth,
        height: offsetHeight,
      };
      boxes.set(name, box);
      moveTo(node, box);
    }
    const links = [...rows.values()].map(({ link }) => link);
    edges = drawEdges(links, boxes, places.parts);
    for (const [name, edge] of edges) {
      rows.get(name)?.moveTo(edge);
      // A name for one of a process's ports stands where its link ends.
      const { to } = readLink(name);
      const port = places.parts[to] ? nodes.get(to) : undefined;
      if (!port) continue;
      port.toggleAttribute('data-port', true);
      moveTo(port, placePort(edge, port.offsetWidth, width));
    }
  }
  new ResizeObserver(layOut).observe(map);

  let isKnown = false;
  async function begin() {
    isKnown = true;
    const response = await fetch('/wire/map');
    if (response.ok) places = (await response.json()) as LinkMapMessage;
    const heights = Object.values(places.places).map(([, y]) => y);
    panel.toggleAttribute('data-row', new Set(heights).size === 1);
    opener.hidden = false;
    // The map is what such a lesson is about: it is there until put away.
    if (recall(ofLesson('links')) !== false && panel.hidden) opener.click();
    opener.addEventListener('click', () =>
      remember(ofLesson('links'), panel.hidden ? false : undefined),
    );
    layOut();
  }

  faults.onChange(() => {
    const { links, now } = faults.known;
    if (links.length > 0 && !isKnown)
      void begin().catch(() => (opener.hidden = false));
    for (const name of links)
      rowOf(name).show(now.filter(({ link }) => link === name));
  });
  source.follow(({ lines: all }) => {
    const isSeen = !panel.hidden && document.visibilityState === 'visible';
    for (const line of all) {
      if (line.link === undefined) continue;
      if (!isUnit(line)) {
        if (line.kind === 'fault' && isSeen)
          dots.strike(rowOf(line.link).element);
        continue;
      }
      if (line.layer > 0) continue;
      rowOf(line.link).count(line.direction, line.size);
      const edge = edges.get(line.link);
      if (isSeen && edge) dots.send(line.link, edge, line.direction);
    }
  });
}

/** One link: its edge, and the button on it. */
function makeRow(
  link: NamedLink,
  on: {
    /** It was pressed: it is to be down, or no longer. */
    toggle(down: boolean): void;
    /** The pointer or the focus is on it, or has left it. */
    tell(isOn: boolean): void;
    counted(): void;
  },
) {
  const { name, from, to, of } = link;
  const suffix = of === undefined ? '' : ` (${of})`;
  // The number is beside the button and not in it: a name that changes many
  // times in a second cannot be spoken, nor called by who speaks to a computer.
  const element = document.createElement('li');
  const toggle = button('');
  toggle.dataset['control'] = `link:${name}`;
  toggle.ariaPressed = 'false';
  toggle.ariaLabel = `Break ${from} to ${to}${suffix}`;
  const traffic = part('traffic', '0');
  traffic.ariaHidden = 'true';
  const details = part('visually-hidden', '');
  details.id = `wire-link-${name}`;
  toggle.setAttribute('aria-describedby', details.id);
  element.append(traffic, toggle, details);

  const edge = svg('g');
  const line = svg('line');
  const reach = svg('line'); // wide, and not seen: easier to press
  reach.setAttribute('class', 'reach');
  const arrow = svg('path');
  arrow.setAttribute('d', 'M-9,-5 L0,0 L-9,5');
  edge.append(line, arrow, reach);

  const bytes = { up: 0, down: 0 };
  let units = 0;
  let now: FaultMessage[] = [];
  let drawing = false;
  const isDown = () => now.some((fault) => fault.name === 'down');
  const press = () => on.toggle(!isDown());
  toggle.addEventListener('click', press);
  reach.addEventListener('click', () => {
    toggle.focus();
    press();
  });
  for (const each of [toggle, reach]) {
    each.addEventListener('pointerenter', () => on.tell(true));
    each.addEventListener('pointerleave', () => on.tell(false));
  }
  toggle.addEventListener('focus', () => on.tell(true));
  toggle.addEventListener('blur', () => on.tell(false));

  const brokenBy = () =>
    isDown()
      ? 'broken'
      : now.map((each) => `${each.name} ${each.numbers}`.trimEnd()).join(', ');
  const traffics = () =>
    `${count(units)} units, ${count(bytes.up)} B → ${count(bytes.down)} B ←`;
  const draw = () => {
    drawing = false;
    traffic.textContent =
      now.length > 0 ? `⚡ ${shortBroken()}` : short.format(units);
    details.textContent = [brokenBy(), traffics()].filter(Boolean).join('; ');
    on.counted();
  };
  /** Without its numbers: there is little room on an edge. */
  const shortBroken = () =>
    isDown() ? 'broken' : now.map((fault) => fault.name).join(', ');
  const drawSoon = () => {
    if (!drawing) requestAnimationFrame(draw);
    drawing = true;
  };
  drawSoon();
  return {
    link,
    element,
    edge,
    get sentence() {
      const what = brokenBy() && ` · ${brokenBy()}`;
      return `${from} → ${to}${suffix}: ${traffics()}${what}`;
    },
    moveTo(place: Edge) {
      for (const each of [line, reach]) {
        each.setAttribute('x1', String(place.from.x));
        each.setAttribute('y1', String(place.from.y));
        each.setAttribute('x2', String(place.to.x));
        each.setAttribute('y2', String(place.to.y));
      }
      const [dx, dy] = [place.to.x - place.from.x, place.to.y - place.from.y];
      const angle = (Math.atan2(dy, dx) * 180) / Math.PI;
      arrow.setAttribute(
        'transform',
        `translate(${place.to.x} ${place.to.y}) rotate(${angle})`,
      );
      moveTo(element, place.middle);
    },
    /** @param faults those of this link alone */
    show(faults: FaultMessage[]) {
      now = faults;
      toggle.ariaPressed = String(isDown());
      for (const each of [element, edge])
        each.toggleAttribute('data-broken', now.length > 0);
      drawSoon();
    },
    count(direction: 'up' | 'down', size: number) {
      units += 1;
      bytes[direction] += size;
      drawSoon();
    },
  };
}

/** Puts the middle of an element at a place of the map. */
function moveTo(element: HTMLElement, { x, y }: { x: number; y: number }) {
  element.style.left = `${x}px`;
  element.style.top = `${y}px`;
}

function svg<Name extends keyof SVGElementTagNameMap>(name: Name) {
  return document.createElementNS('http://www.w3.org/2000/svg', name);
}
