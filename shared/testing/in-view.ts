/** Whether what belongs together on a page is in view at the same time. */
import type { ElementHandle, Locator, Page } from 'playwright-core';

/**
 * How large the lesson's page is in the shell at 1280×800, at the first sizes
 * of the panes, while a strip above it says what is broken. CSS pixels; a test
 * of the shell measures it.
 */
export const FRAMED = { width: 690, height: 384 };

/**
 * Scrolls a page to where all these are in view, as the shell does after a
 * press of a link that names them.
 *
 * @param all what belongs together; of a radio button one sees its label
 * @returns those that are not wholly in view, with how many CSS pixels are
 *   hidden above or below; empty if all can be seen at the same time
 */
export async function outOfView(
  page: Page,
  all: readonly (string | Locator)[],
): Promise<string[]> {
  const names = all.map(String);
  const handles: ElementHandle[] = [];
  for (const each of all)
    for (const one of await (
      typeof each === 'string' ? page.locator(each) : each
    ).elementHandles())
      handles.push(one);
  if (handles.length < all.length)
    throw new Error(`Not all are in the page: ${names.join(', ')}`);
  return page.evaluate((elements) => {
    const boxes = elements.map((element) => {
      const label = (element as Element).matches('[type=radio]')
        ? (element as Element).closest('label')
        : null;
      return label ?? (element as Element);
    });
    const stays = (box: Element) => {
      for (let each: Element | null = box; each; each = each.parentElement)
        if (/sticky|fixed/.test(getComputedStyle(each).position)) return true;
      return false;
    };
    const header = document.querySelector('.now');
    const top = () => (header ? header.getBoundingClientRect().height : 0);
    const moving = boxes.filter((box) => !stays(box));
    if (moving.length > 0) {
      const first = Math.min(
        ...moving.map((box) => box.getBoundingClientRect().top),
      );
      scrollBy({ top: first - top() - 4, behavior: 'instant' });
    }
    return boxes.flatMap((box) => {
      const rect = box.getBoundingClientRect();
      const least = stays(box) ? 0 : top();
      const hidden = Math.max(least - rect.top, rect.bottom - innerHeight);
      const name = box.id || box.textContent.trim().slice(0, 40) || box.tagName;
      return hidden > 0.5 ? [`${name}: ${Math.ceil(hidden)} px hidden`] : [];
    });
  }, handles);
}
