/**
 * What runs in a page to find elements. It is sent there as text, so it knows
 * nothing but its arguments and what a browser has.
 */

/** A text that is looked for, as JSON can carry it. */
export type Wanted =
  | { text: string; exact?: boolean | undefined }
  | { source: string; flags: string };

/** One step of a locator: from the elements so far to those that it means. */
export type LocatorStep =
  | { css: string }
  | {
      role: string;
      name?: Wanted | undefined;
      /** By its name in ARIA: pressed, checked, … */
      state?: Record<string, boolean | number>;
    }
  | { text: Wanted }
  | { label: Wanted }
  | { hasText: Wanted }
  | { hasNotText: Wanted }
  | { has: readonly LocatorStep[]; not?: boolean }
  | { visible: boolean }
  | { nth: number };

/** The elements that the steps mean, in the order of the document. */
export function locate(
  steps: readonly LocatorStep[],
  start: Element = document.documentElement,
): Element[] {
  const plain = (text: string) => text.replace(/\s+/g, ' ').trim();
  const matches = (wanted: Wanted, text: string) => {
    if ('source' in wanted)
      return new RegExp(wanted.source, wanted.flags).test(text);
    return wanted.exact
      ? plain(text) === plain(wanted.text)
      : plain(text).toLowerCase().includes(plain(wanted.text).toLowerCase());
  };
  /** Its text, with that of open shadow trees, without that of scripts. */
  const textOf = (node: Node): string => {
    if (node instanceof Text) return node.data;
    if (node instanceof Element) {
      if (/^(script|style|noscript|template)$/i.test(node.localName)) return '';
      if (
        node instanceof HTMLInputElement &&
        /^(submit|button|reset)$/.test(node.type)
      )
        return node.value;
    }
    const within = node instanceof Element && node.shadowRoot;
    return [...(within ? within.childNodes : []), ...node.childNodes]
      .map(textOf)
      .join('');
  };
  /** All below, those in open shadow trees, too. */
  const below = (root: ParentNode): Element[] =>
    [...root.children].flatMap((element) => [
      element,
      ...(element.shadowRoot ? below(element.shadowRoot) : []),
      ...below(element),
    ]);
  const childrenOf = (element: Element) => [
    ...element.children,
    ...(element.shadowRoot?.children ?? []),
  ];
  const isHidden = (element: Element): boolean => {
    for (let at: Element | null = element; at;) {
      if (at.getAttribute('aria-hidden') === 'true') return true;
      const root = at.getRootNode();
      at = at.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
    }
    return !element.checkVisibility({ visibilityProperty: true });
  };
  const roleOf = (element: Element): string => {
    const given = element.getAttribute('role');
    if (given) return given.split(' ')[0]!;
    const { localName: tag } = element;
    if (tag === 'input') {
      const { type, list } = element as HTMLInputElement;
      const roles: Record<string, string> = {
        button: 'button',
        submit: 'button',
        reset: 'button',
        image: 'button',
        checkbox: 'checkbox',
        radio: 'radio',
        range: 'slider',
        number: 'spinbutton',
        search: 'searchbox',
      };
      return roles[type] ?? (list ? 'combobox' : 'textbox');
    }
    const isIn = (css: string) => element.parentElement?.closest(css);
    const named =
      element.hasAttribute('aria-label') ||
      element.hasAttribute('aria-labelledby');
    const roles: Record<string, string | undefined | false | null> = {
      a: element.hasAttribute('href') && 'link',
      area: element.hasAttribute('href') && 'link',
      article: 'article',
      aside: 'complementary',
      blockquote: 'blockquote',
      button: 'button',
      code: 'code',
      dialog: 'dialog',
      fieldset: 'group',
      details: 'group',
      figure: 'figure',
      footer: isIn('article, aside, main, nav, section') ? '' : 'contentinfo',
      form: named && 'form',
      h1: 'heading',
      h2: 'heading',
      h3: 'heading',
      h4: 'heading',
      h5: 'heading',
      h6: 'heading',
      header: isIn('article, aside, main, nav, section') ? '' : 'banner',
      hr: 'separator',
      img: element.getAttribute('alt') === '' ? 'presentation' : 'img',
      li: 'listitem',
      main: 'main',
      meter: 'meter',
      nav: 'navigation',
      ol: 'list',
      ul: 'list',
      menu: 'list',
      option: 'option',
      output: 'status',
      p: 'paragraph',
      progress: 'progressbar',
      section: named && 'region',
      select:
        element instanceof HTMLSelectElement &&
        (element.multiple || element.size > 1 ? 'listbox' : 'combobox'),
      table: 'table',
      tbody: 'rowgroup',
      td: 'cell',
      textarea: 'textbox',
      tfoot: 'rowgroup',
      th:
        element.getAttribute('scope') === 'row' ? 'rowheader' : 'columnheader',
      thead: 'rowgroup',
      tr: 'row',
    };
    return roles[tag] || '';
  };
  const byIds = (element: Element, ids: string) =>
    ids
      .split(/\s+/)
      .map((id) =>
        (element.getRootNode() as Document | ShadowRoot).getElementById(id),
      )
      .filter((one) => one !== null);
  /** A text for people who hear a page: what is hidden from them left out. */
  const heard = (node: Node): string => {
    if (node instanceof Text) return node.data;
    if (!(node instanceof Element)) return '';
    if (node.getAttribute('aria-hidden') === 'true') return '';
    if (!node.checkVisibility({ visibilityProperty: true })) return '';
    const given = node.getAttribute('aria-label');
    if (given) return given;
    if (node instanceof HTMLImageElement) return node.alt;
    const text = [...(node.shadowRoot ?? node).childNodes].map(heard).join('');
    return getComputedStyle(node).display.startsWith('inline')
      ? text
      : ` ${text} `;
  };
  const labelsOf = (element: Element): string[] => {
    const by = element.getAttribute('aria-labelledby');
    if (by) return [byIds(element, by).map(textOf).join(' ')];
    const given = element.getAttribute('aria-label');
    if (given) return [given];
    const { labels } = element as HTMLInputElement;
    return labels ? [...labels].map(textOf) : [];
  };
  const nameOf = (element: Element): string => {
    const labels = labelsOf(element).join(' ');
    if (labels.trim()) return plain(labels);
    const title = element.getAttribute('title') ?? '';
    if (element instanceof HTMLInputElement)
      return plain(
        /^(submit|button|reset)$/.test(element.type)
          ? element.value
          : element.placeholder || title,
      );
    if (element instanceof HTMLImageElement) return plain(element.alt || title);
    const caption = element.querySelector(
      ':scope > caption, :scope > legend, :scope > figcaption',
    );
    if (caption) return plain(textOf(caption));
    const fromContent =
      /^(button|link|heading|cell|rowheader|columnheader|row|option|tab|menuitem|menuitemradio|menuitemcheckbox|checkbox|radio|switch|tooltip|treeitem|gridcell)$/;
    if (!fromContent.test(roleOf(element))) return plain(title);
    return (
      plain(
        [...(element.shadowRoot ?? element).childNodes].map(heard).join(''),
      ) || plain(title)
    );
  };

  const stateOf = (element: Element, name: string) => {
    if (name === 'level')
      return Number(
        element.getAttribute('aria-level') ?? element.localName.slice(1),
      );
    const { checked } = element as HTMLInputElement;
    if (name === 'checked' && checked !== undefined) return checked;
    if (name === 'selected' && element instanceof HTMLOptionElement)
      return element.selected;
    return element.getAttribute(`aria-${name}`) === 'true';
  };

  let found: Element[] = [start];
  let isStart = start === document.documentElement;
  for (const step of steps) {
    const inside = () => [
      ...new Set(
        found.flatMap((root) =>
          isStart
            ? [root, ...below(root)]
            : [
                ...(root.shadowRoot ? below(root.shadowRoot) : []),
                ...below(root),
              ],
        ),
      ),
    ];
    const hasText = (wanted: Wanted) => (element: Element) =>
      matches(wanted, textOf(element));
    if ('css' in step)
      found = inside().filter((element) => {
        if (!step.css.includes(':scope')) return element.matches(step.css);
        return found.some((root) =>
          [...root.querySelectorAll(step.css)].includes(element),
        );
      });
    else if ('role' in step) {
      const { role, name, state = {} } = step;
      found = inside().filter(
        (element) =>
          roleOf(element) === role &&
          !isHidden(element) &&
          (!name || matches(name, nameOf(element))) &&
          Object.entries(state).every(
            ([of, is]) => stateOf(element, of) === is,
          ),
      );
    } else if ('text' in step) {
      const isIt = hasText(step.text);
      found = inside().filter(
        (element) =>
          !/^(head|script|style|noscript|title|html)$/.test(
            element.localName,
          ) &&
          isIt(element) &&
          !childrenOf(element).some(isIt),
      );
    } else if ('label' in step)
      found = inside().filter((element) =>
        labelsOf(element).some((label) => matches(step.label, label)),
      );
    else if ('hasText' in step) found = found.filter(hasText(step.hasText));
    else if ('hasNotText' in step) {
      const isIt = hasText(step.hasNotText);
      found = found.filter((element) => !isIt(element));
    } else if ('has' in step)
      found = found.filter(
        (element) => locate(step.has, element).length > 0 !== Boolean(step.not),
      );
    else if ('visible' in step)
      found = found.filter((element) => {
        const { width, height } = element.getBoundingClientRect();
        const isSeen =
          width > 0 &&
          height > 0 &&
          element.checkVisibility({ visibilityProperty: true });
        return isSeen === step.visible;
      });
    else found = found.slice(step.nth, step.nth + 1 || undefined);
    isStart = false;
  }
  return found;
}

/** How an element stands in the page, for whoever waits to use it. */
export interface Placement {
  visible: boolean;
  enabled: boolean;
  /** Whether a press on its middle reaches it, and not what lies above. */
  reached: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
  /** Short, for error messages. */
  markup: string;
}

/** Looks how an element stands; `intoView` scrolls it there first. */
export function placement(element: Element, intoView: boolean): Placement {
  if (intoView) {
    const { top, bottom, left, right } = element.getBoundingClientRect();
    const isIn =
      top >= 0 && left >= 0 && bottom <= innerHeight && right <= innerWidth;
    if (!isIn)
      element.scrollIntoView({
        block: 'center',
        inline: 'center',
        behavior: 'instant',
      });
  }
  const { x, y, width, height } = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  const isBox = width > 0 && height > 0;
  const isOpen = element.checkVisibility({ visibilityProperty: true });
  const isContents = style.display === 'contents' && element.textContent !== '';
  const field = element as HTMLButtonElement;
  let above: Element | null = null;
  for (let root: Document | ShadowRoot | undefined = document; root;) {
    const hit: Element | null = root.elementFromPoint(
      x + width / 2,
      y + height / 2,
    );
    if (!hit || hit === above) break;
    above = hit;
    root = hit.shadowRoot ?? undefined;
  }
  let reached = false;
  for (let at: Node | null = above; at;) {
    if (at === element) reached = true;
    at = at.parentNode ?? (at instanceof ShadowRoot ? at.host : null);
  }
  // A press on a label is one on what it labels.
  const label = above?.closest('label');
  if (label?.control === element) reached = true;
  return {
    visible: (isBox && isOpen) || isContents,
    enabled: !(
      field.matches(':disabled') || field.closest('[aria-disabled=true]')
    ),
    reached,
    x,
    y,
    width,
    height,
    markup: element.outerHTML.replace(/\s+/g, ' ').slice(0, 120),
  };
}
