/**
 * Where a control of the wire is, by its name. A control has its name in
 * `data-control`; what must be pressed before it can be seen, such as the chip
 * of a fault, has that name in `data-reveals`.
 */

/**
 * Finds a control, and opens the panel that hides it. Nothing is broken, mended
 * or saved by that.
 *
 * @param wire the element that makeWire has filled
 * @param name `mend`, `fault:reset`, `fault:reset:gateway-feed`, `link:gateway-feed`
 * @returns undefined if there is none now: what can be broken is known a
 *   moment after the page
 */
export function revealControl(
  wire: HTMLElement,
  name: string,
): HTMLElement | undefined {
  const [kind, fault = '', link] = name.split(':');
  const control =
    kind === 'fault' && link !== undefined ? `fault:${fault}` : name;
  const find = () => named(wire, 'control', control);
  const chip = named(wire, 'reveals', control);
  const first = chip ?? find();
  if (!first) return undefined;
  openPanelOf(first);
  if (link !== undefined && kind === 'fault' && !chooseLink(wire, link))
    return undefined;
  const isShown = chip?.ariaPressed === 'true' || chip?.ariaExpanded === 'true';
  if (chip && !isShown && chip.ariaChecked !== 'true') chip.click();
  const found = find();
  return found?.checkVisibility() ? found : undefined;
}

function named(
  wire: HTMLElement,
  what: 'control' | 'reveals',
  name: string,
): HTMLElement | undefined {
  const selector = `[data-${what}="${CSS.escape(name)}"]`;
  return wire.querySelector<HTMLElement>(selector) ?? undefined;
}

function openPanelOf(control: HTMLElement): void {
  const panel = control.closest<HTMLElement>('.panel');
  if (!panel?.hidden) return;
  document
    .querySelector<HTMLElement>(`[aria-controls="${CSS.escape(panel.id)}"]`)
    ?.click();
}

/** Chooses where a fault is set; returns whether there is such a link. */
function chooseLink(wire: HTMLElement, link: string): boolean {
  const where = named(wire, 'control', 'where');
  if (!(where instanceof HTMLSelectElement)) return false;
  if (![...where.options].some(({ value }) => value === link)) return false;
  if (where.value === link) return true;
  where.value = link;
  where.dispatchEvent(new Event('change', { bubbles: true }));
  return true;
}
