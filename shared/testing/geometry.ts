/** Whether what a page shows can be read: nothing covered, cut off or too wide. */
import type { Evaluates } from './accessibility.ts';

/**
 * Looks at all texts and boxes of a page, also in open shadow roots, at every
 * place to which the document and each box in it can be scrolled. Frames are
 * pages of their own.
 *
 * A text counts as covered if another element is hit at one of its ends or its
 * middle: not by what stays in view while the text scrolls (`position: sticky`),
 * for it can be scrolled out from under that.
 *
 * What is there to be heard only (`clip-path: inset(50%)`) is not looked at.
 *
 * @param allowed selectors of what may be covered or cut off, each with the
 *   reason
 * @param within a selector: only what is inside is looked at
 * @returns a line for each text that is covered, each box whose content is cut
 *   off or runs out of it, and each page that is wider than its window; each
 *   once, with where it is
 */
export async function geometryFaults(
  page: Evaluates,
  allowed: Record<string, string> = {},
  within = '',
): Promise<string[]> {
  const skipped = Object.keys(allowed).join(', ') || 'none';
  return (await page.evaluate(lookAtAll, { skipped, within })) as string[];
}

/** Runs in the page. */
async function lookAtAll({
  skipped,
  within,
}: {
  skipped: string;
  within: string;
}): Promise<string[]> {
  const found = new Set<string>();
  const slack = 1.5; // CSS pixels: fractions are rounded
  type Box = Pick<DOMRect, 'left' | 'top' | 'right' | 'bottom'>;
  const EDGE = 20; // CSS pixels: borders and padding are narrower
  const everywhere: Box = {
    left: 0,
    top: 0,
    right: Infinity,
    bottom: Infinity,
  };

  const parentOf = (node: Node): Element | null => {
    if (node instanceof Element && node.assignedSlot) return node.assignedSlot;
    const { parentNode } = node;
    if (parentNode instanceof ShadowRoot) return parentNode.host;
    return parentNode instanceof Element ? parentNode : null;
  };
  const contains = (outer: Element, inner: Node | null): boolean => {
    for (let each = inner; each; each = parentOf(each))
      if (each === outer) return true;
    return false;
  };
  /** What is the same at every place is found once for each element. */
  const once = <Value>(find: (element: Element) => Value) => {
    const known = new Map<Element, Value>();
    return (element: Element): Value => {
      if (!known.has(element)) known.set(element, find(element));
      return known.get(element)!;
    };
  };
  /** Whether it is so of an element, or of one around it. */
  const orAround = (is: (element: Element) => boolean) => {
    const isSo: (element: Element) => boolean = once((element) => {
      if (is(element)) return true;
      const outer = parentOf(element);
      return outer !== null && isSo(outer);
    });
    return isSo;
  };
  const isHeardOnly = orAround(
    (element) => getComputedStyle(element).clipPath === 'inset(50%)',
  );
  const isAllowed = orAround((element) => element.matches(skipped));
  const isSkipped = (element: Element) =>
    isAllowed(element) || isHeardOnly(element);
  const nameOf = (element: Element): string => {
    const id = element.id ? `#${element.id}` : '';
    const kind =
      !id && typeof element.className === 'string' && element.className
        ? `.${element.className.trim().split(/\s+/).join('.')}`
        : '';
    const own = `${element.localName}${id}${kind}`;
    const outer = id ? null : parentOf(element);
    return outer && outer !== document.body && outer.localName !== 'html'
      ? `${outer.localName}${outer.id ? `#${outer.id}` : ''} > ${own}`
      : own;
  };
  const inShort = (text: string) => {
    const line = text.trim().replaceAll(/\s+/g, ' ');
    return line.length > 40 ? `${line.slice(0, 40)}…` : line;
  };
  const isShown = (element: Element) =>
    element.checkVisibility({
      opacityProperty: true,
      visibilityProperty: true,
      contentVisibilityAuto: true,
    });

  const elementsIn = (root: Document | ShadowRoot | Element): Element[] =>
    [...root.querySelectorAll('*')].flatMap((element) =>
      element.shadowRoot
        ? [element, ...elementsIn(element.shadowRoot)]
        : [element],
    );
  const everything = elementsIn(document);
  const all =
    within === ''
      ? everything
      : [...document.querySelectorAll(within)].flatMap(elementsIn);

  /** What is seen of a rectangle: less what scrolled boxes around it hide. */
  const hiding: (element: Element) => Element[] = once((element) => {
    if (element === document.documentElement || element === document.body)
      return [];
    const { overflowX, overflowY, position } = getComputedStyle(element);
    const hides = overflowX !== 'visible' || overflowY !== 'visible';
    const outer = position === 'fixed' ? null : parentOf(element);
    return [...(hides ? [element] : []), ...(outer ? hiding(outer) : [])];
  });
  const seenOf = (rect: DOMRect, element: Element) => {
    let { left, top, right, bottom } = rect;
    for (const each of hiding(element)) {
      const box = each.getBoundingClientRect();
      left = Math.max(left, box.left);
      top = Math.max(top, box.top);
      right = Math.min(right, box.right);
      bottom = Math.min(bottom, box.bottom);
    }
    return {
      left: Math.max(left, 0),
      top: Math.max(top, 0),
      right: Math.min(right, innerWidth),
      bottom: Math.min(bottom, innerHeight),
    };
  };
  const hitAt = (x: number, y: number) => {
    let hit = document.elementFromPoint(x, y);
    while (hit?.shadowRoot) {
      const inner = hit.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === hit) break;
      hit = inner;
    }
    return hit;
  };
  const stays = orAround(
    (element) => getComputedStyle(element).position === 'sticky',
  );

  /** All that can be read in them, each with its place in the text. */
  const textsOf = (elements: Element[]) =>
    elements.flatMap((element) => {
      if (element.closest('svg, select, script, style, noscript')) return [];
      return [...element.childNodes].flatMap((node) => {
        if (!(node instanceof Text) || !node.data.trim()) return [];
        const range = document.createRange();
        // Without the space around it, where nobody sees whose it is.
        range.setStart(node, node.data.search(/\S/));
        range.setEnd(node, node.data.trimEnd().length);
        return [{ element, node, range }];
      });
    });
  const texts = textsOf(all);
  const everyText = within === '' ? texts : textsOf(everything);

  const cannotBeHit = once(
    (element) =>
      getComputedStyle(element).pointerEvents === 'none' ||
      !element.checkVisibility({ visibilityProperty: true }) ||
      element.matches('col, colgroup') ||
      isHeardOnly(element),
  );

  /**
   * What may be drawn outside its element's box: what is generated before and
   * after it (CSS Pseudo-Elements 4) and has a place of its own.
   */
  const generated = everything.flatMap((element) =>
    ['::before', '::after'].flatMap((pseudo) => {
      const style = getComputedStyle(element, pseudo);
      const { content, position } = style;
      const isDrawn = content !== 'none' && content !== 'normal';
      return isDrawn && position !== 'static' ? [{ element, style }] : [];
    }),
  );
  const containingBlock = (element: Element): Element => {
    const outer = parentOf(element);
    if (!outer || getComputedStyle(element).position !== 'static')
      return element;
    return containingBlock(outer);
  };
  const boxOf = ({ element, style }: (typeof generated)[number]) => {
    const moved = new DOMMatrix(style.transform);
    const isOnlyMoved = new DOMMatrix([1, 0, 0, 1, moved.e, moved.f]);
    // Where it is turned, or beside what nobody can tell: all over.
    if (style.position !== 'absolute' || `${moved}` !== `${isOnlyMoved}`)
      return everywhere;
    const around = containingBlock(element).getBoundingClientRect();
    const px = (name: string) =>
      Number.parseFloat(style.getPropertyValue(name));
    const left = around.left + px('left') + moved.e;
    const top = around.top + px('top') + moved.f;
    const box = {
      left: left - EDGE,
      top: top - EDGE,
      right: left + px('width') + EDGE,
      bottom: top + px('height') + EDGE,
    };
    return Object.values(box).every(Number.isFinite) ? box : everywhere;
  };

  const modals = everything.filter((element) => element.matches(':modal'));
  const ROW = 32; // CSS pixels
  /**
   * What lies at a point, from the outside: a box or a line of text. To hit
   * what is on top, a browser goes through all of a large page each time.
   */
  const lookAtPlaces = () => {
    const rows = Array.from(
      { length: Math.ceil(innerHeight / ROW) },
      (): { element: Element; box: Box }[] => [],
    );
    const put = (element: Element, box: Box) => {
      if (box.right <= box.left || box.bottom <= box.top) return;
      const last = Math.min(rows.length - 1, Math.floor(box.bottom / ROW));
      for (let at = Math.max(0, Math.floor(box.top / ROW)); at <= last; at++)
        rows[at]!.push({ element, box });
    };
    for (const element of everything) {
      if (cannotBeHit(element)) continue;
      const { left, top, right, bottom } = element.getBoundingClientRect();
      const marker = element.localName === 'li' ? 40 : 0;
      put(element, { left: left - marker, top, right, bottom });
    }
    for (const each of generated) put(each.element, boxOf(each));
    for (const each of modals) put(each, everywhere); // its backdrop
    for (const { element, range } of everyText) {
      if (cannotBeHit(element)) continue;
      const { top, bottom } = element.getBoundingClientRect();
      if (bottom < -innerHeight || top > 2 * innerHeight) continue;
      for (const box of range.getClientRects()) put(element, box);
    }
    return (x: number, y: number) =>
      rows[Math.floor(y / ROW)]!.filter(
        ({ box: { left, top, right, bottom } }) =>
          left - 1 <= x && x <= right + 1 && top - 1 <= y && y <= bottom + 1,
      );
  };

  const lookForCovers = (among = texts) => {
    const lyingAt = lookAtPlaces();
    for (const { element, node, range } of among) {
      const whole = range.getBoundingClientRect();
      if (whole.bottom < 0 || whole.top > innerHeight) continue;
      if (whole.width === 0) continue;
      if (!isShown(element) || isSkipped(element)) continue;
      if (cannotBeHit(element)) continue;
      const isOther = once(
        (hit) => !contains(hit, element) && !contains(element, hit),
      );
      for (const rect of range.getClientRects()) {
        const { left, top, right, bottom } = seenOf(rect, element);
        // Of what is scrolled, less than half a line is no text to read.
        if (right - left < 6 || bottom - top < rect.height / 2 + 1) continue;
        const y = (top + bottom) / 2;
        for (const x of [left + 2, (left + right) / 2, right - 2]) {
          if (!lyingAt(x, y).some((each) => isOther(each.element))) continue;
          const hit = hitAt(x, y);
          if (!hit || !isOther(hit) || stays(hit)) continue;
          found.add(
            `covered: “${inShort(node.data)}” in ${nameOf(element)}, by ${nameOf(hit)}`,
          );
        }
      }
    }
  };

  const scrollsSideways = orAround((element) =>
    /auto|scroll/.test(getComputedStyle(element).overflowX),
  );
  const canvas = document.createElement('canvas').getContext('2d')!;
  /** What of a closed list of choices is seen: its width is not its text's. */
  const lookAtSelect = (select: HTMLSelectElement) => {
    const text = select.selectedOptions[0]?.text ?? '';
    const style = getComputedStyle(select);
    canvas.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const arrow = 16;
    const room =
      select.clientWidth -
      parseFloat(style.paddingLeft) -
      parseFloat(style.paddingRight) -
      arrow;
    if (canvas.measureText(text).width > room + slack)
      found.add(`cut off: “${inShort(text)}” in ${nameOf(select)}`);
  };

  const lookAtBoxes = () => {
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > innerWidth)
      found.add(`too wide: the page has ${scrollWidth} px in ${innerWidth}`);
    for (const element of all) {
      if (!(element instanceof HTMLElement) || !isShown(element)) continue;
      if (isSkipped(element) || element === document.body) continue;
      if (element === document.documentElement) continue;
      if (element instanceof HTMLSelectElement) {
        lookAtSelect(element);
        continue;
      }
      if (element.clientWidth === 0 || element.clientHeight === 0) continue;
      const style = getComputedStyle(element);
      const wide = element.scrollWidth > element.clientWidth + slack;
      const high = element.scrollHeight > element.clientHeight + slack;
      const cut = (overflow: string) => /hidden|clip/.test(overflow);
      if (
        (wide && cut(style.overflowX)) ||
        (high && cut(style.overflowY)) ||
        (wide && element instanceof HTMLInputElement)
      )
        found.add(
          `cut off: “${inShort(element.innerText || (element as HTMLInputElement).value || '')}” in ${nameOf(element)}, ` +
            `${element.scrollWidth}×${element.scrollHeight} in ${element.clientWidth}×${element.clientHeight}`,
        );
      // What stands beside its box: a word that is too long, a row too many.
      if (wide && style.overflowX === 'visible' && !scrollsSideways(element)) {
        const box = element.getBoundingClientRect();
        const out = [...element.children].some((child) => {
          const { position } = getComputedStyle(child);
          return (
            isShown(child) &&
            !isSkipped(child) &&
            !/absolute|fixed/.test(position) &&
            child.getBoundingClientRect().right > box.right + slack &&
            // Its margin says that it should stand out.
            parseFloat(getComputedStyle(child).marginRight) >= 0
          );
        });
        const text = [...element.childNodes].some((node) => {
          if (!(node instanceof Text) || !node.data.trim()) return false;
          const range = document.createRange();
          range.selectNodeContents(node);
          return range.getBoundingClientRect().right > box.right + slack;
        });
        if (out || text)
          found.add(
            `too wide: “${inShort(element.innerText)}” in ${nameOf(element)}, ` +
              `${element.scrollWidth} px in ${element.clientWidth}`,
          );
      }
    }
  };

  lookAtBoxes();
  const scrolled = all.filter(
    (element) =>
      element.scrollHeight > element.clientHeight + slack &&
      element.clientHeight > 30 &&
      isShown(element) &&
      (element === document.documentElement ||
        /auto|scroll/.test(getComputedStyle(element).overflowY)),
  );
  lookForCovers();
  for (const element of scrolled) {
    // Around a box nothing moves while its content does.
    const inside = texts.filter((text) => contains(element, text.element));
    const before = element.scrollTop;
    const last = element.scrollHeight - element.clientHeight;
    // A long list is the same all over: so many places of it will do.
    const places = Math.min(20, Math.ceil(last / (element.clientHeight * 0.9)));
    for (let at = 1; at <= places; at++) {
      element.scrollTo({ top: (at / places) * last, behavior: 'instant' });
      // What is drawn at its own pace is there after the next frame.
      await new Promise((drawn) => requestAnimationFrame(drawn));
      lookForCovers(inside);
    }
    element.scrollTo({ top: before, behavior: 'instant' });
  }
  return [...found].sort();
}
